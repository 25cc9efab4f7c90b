// Figure 2a, Table 4: CoNLL-2003, query by committee.
(import '../lib/paper.libsonnet')('conll', 'qbc')
