// Augmentation ladder: events, 100 sentences, the paper's sub-sequence mixup, rate 1.
(import '../lib/augmentation_ladder.libsonnet')('events', 100, 'paper')
