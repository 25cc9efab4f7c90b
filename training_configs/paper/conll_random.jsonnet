// Figure 2a, Table 4: CoNLL-2003, random sampling.
(import '../lib/paper.libsonnet')('conll', 'random')
