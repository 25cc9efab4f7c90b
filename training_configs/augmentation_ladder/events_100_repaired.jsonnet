// Augmentation ladder: events, 100 sentences, mixup with all repairs.
(import '../lib/augmentation_ladder.libsonnet')('events', 100, 'repaired')
