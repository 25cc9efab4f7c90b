// Augmentation ladder: events, 200 sentences, the paper's sub-sequence mixup, rate 1.
(import '../lib/augmentation_ladder.libsonnet')('events', 200, 'paper')
