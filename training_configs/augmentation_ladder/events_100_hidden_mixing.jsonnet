// Augmentation ladder: events, 100 sentences, word vectors mixed in training.
(import '../lib/augmentation_ladder.libsonnet')('events', 100, 'hidden_mixing')
