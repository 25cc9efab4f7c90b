// Augmentation ladder: CoNLL-2003, 100 sentences, the paper's sub-sequence mixup, rate 1.
(import '../lib/augmentation_ladder.libsonnet')('conll', 100, 'paper')
