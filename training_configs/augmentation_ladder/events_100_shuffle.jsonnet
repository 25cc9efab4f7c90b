// Augmentation ladder: events, 100 sentences, words shuffled within segments.
(import '../lib/augmentation_ladder.libsonnet')('events', 100, 'shuffle')
