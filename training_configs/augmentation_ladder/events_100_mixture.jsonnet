// Augmentation ladder: events, 100 sentences, the three label-aligned forms in equal parts.
(import '../lib/augmentation_ladder.libsonnet')('events', 100, 'mixture')
