// Augmentation ladder: CoNLL-2003, 200 sentences, the paper's sub-sequence mixup, rate 0.2.
(import '../lib/augmentation_ladder.libsonnet')('conll', 200, 'paper_rate_0.2')
