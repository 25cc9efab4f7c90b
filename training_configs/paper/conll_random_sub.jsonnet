// Figure 3: CoNLL-2003, random sampling with sub-sequence mixup.
(import '../lib/paper.libsonnet')('conll', 'random', 'sub')
