// What saves labels: CoNLL-2003, MNLP within strata of length.
(import '../lib/large_pool.libsonnet')('conll', 'mnlp_stratified')
