// Augmentation ladder: events, 200 sentences, mixup with the larger weight for each frame.
(import '../lib/augmentation_ladder.libsonnet')('events', 200, 'dominant')
