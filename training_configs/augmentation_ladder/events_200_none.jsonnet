// Augmentation ladder: events, 200 sentences, no augmentation.
(import '../lib/augmentation_ladder.libsonnet')('events', 200, 'none')
