// Augmentation ladder: events, 100 sentences, the paper's sub-sequence mixup, rate 0.2.
(import '../lib/augmentation_ladder.libsonnet')('events', 100, 'paper_rate_0.2')
