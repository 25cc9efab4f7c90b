// Figure 2a: CoNLL-2003, NTE sampling with label-constrained sub-sequence mixup.
(import '../lib/paper.libsonnet')('conll', 'nte', 'label_constrained')
