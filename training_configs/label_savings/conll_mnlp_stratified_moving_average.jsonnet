// What saves labels: CoNLL-2003, MNLP within strata of length, moving average of the weights.
(import '../lib/large_pool.libsonnet')('conll', 'mnlp_stratified', learns='moving_average')
