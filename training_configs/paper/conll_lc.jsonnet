// Figure 2a, Table 4: CoNLL-2003, least confidence.
(import '../lib/paper.libsonnet')('conll', 'lc')
