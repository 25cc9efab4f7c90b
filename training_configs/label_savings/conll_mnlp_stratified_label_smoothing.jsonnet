// What saves labels: CoNLL-2003, MNLP within strata of length, label smoothing.
(import '../lib/large_pool.libsonnet')('conll', 'mnlp_stratified', learns='label_smoothing')
