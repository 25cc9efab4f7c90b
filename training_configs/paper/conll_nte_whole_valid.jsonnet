// Figure 2a: CoNLL-2003, NTE sampling with whole-sequence mixup, valid labels counted as in the paper's public code.
(import '../lib/paper.libsonnet')('conll', 'nte', 'whole_valid')
