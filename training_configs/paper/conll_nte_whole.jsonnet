// Figure 2a: CoNLL-2003, NTE sampling with whole-sequence mixup.
(import '../lib/paper.libsonnet')('conll', 'nte', 'whole')
