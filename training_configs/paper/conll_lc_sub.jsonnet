// Figure 3: CoNLL-2003, least confidence with sub-sequence mixup.
(import '../lib/paper.libsonnet')('conll', 'lc', 'sub')
