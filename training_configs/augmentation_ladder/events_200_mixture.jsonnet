// Augmentation ladder: events, 200 sentences, the three label-aligned forms in equal parts.
(import '../lib/augmentation_ladder.libsonnet')('events', 200, 'mixture')
