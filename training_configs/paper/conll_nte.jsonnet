// Figure 2a, Table 4: CoNLL-2003, NTE sampling.
(import '../lib/paper.libsonnet')('conll', 'nte')
