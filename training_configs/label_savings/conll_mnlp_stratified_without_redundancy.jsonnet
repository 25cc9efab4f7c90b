// What saves labels: CoNLL-2003, MNLP within strata of length, without redundant sentences.
(import '../lib/large_pool.libsonnet')('conll', 'mnlp_stratified_without_redundancy')
