// Figure 2a, Table 4: CoNLL-2003, NTE sampling with sub-sequence mixup.
(import '../lib/paper.libsonnet')('conll', 'nte', 'sub')
