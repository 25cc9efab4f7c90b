// What saves labels: CoNLL-2003, MNLP and how much it varies over three rounds.
(import '../lib/large_pool.libsonnet')('conll', 'mnlp_fluctuation')
