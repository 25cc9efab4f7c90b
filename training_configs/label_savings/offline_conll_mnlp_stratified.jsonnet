// What saves labels: CoNLL-2003 with multilingual E5, MNLP within strata of length.
(import '../lib/large_pool.libsonnet')('conll', 'mnlp_stratified', source='offline')
