// Augmentation ladder: events, 200 sentences, the paper's sub-sequence mixup, rate 0.2.
(import '../lib/augmentation_ladder.libsonnet')('events', 200, 'paper_rate_0.2')
