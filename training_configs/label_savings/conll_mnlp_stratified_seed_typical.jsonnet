// What saves labels: CoNLL-2003, MNLP within strata of length after a seed set of typical sentences.
(import '../lib/large_pool.libsonnet')('conll', 'mnlp_stratified', seed_policy='typical')
