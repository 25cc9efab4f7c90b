// Augmentation ladder: events, 200 sentences, mixup with all repairs.
(import '../lib/augmentation_ladder.libsonnet')('events', 200, 'repaired')
