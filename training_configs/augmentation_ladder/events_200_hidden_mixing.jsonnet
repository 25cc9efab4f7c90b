// Augmentation ladder: events, 200 sentences, word vectors mixed in training.
(import '../lib/augmentation_ladder.libsonnet')('events', 200, 'hidden_mixing')
