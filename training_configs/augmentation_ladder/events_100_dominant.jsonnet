// Augmentation ladder: events, 100 sentences, mixup with the larger weight for each frame.
(import '../lib/augmentation_ladder.libsonnet')('events', 100, 'dominant')
