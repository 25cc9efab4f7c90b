// Augmentation ladder: events, 200 sentences, words shuffled within segments.
(import '../lib/augmentation_ladder.libsonnet')('events', 200, 'shuffle')
