// Augmentation ladder: events, 100 sentences, no augmentation.
(import '../lib/augmentation_ladder.libsonnet')('events', 100, 'none')
