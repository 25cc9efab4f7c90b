// What saves labels: GENEVA, MNLP within strata of length, moving average of the weights.
(import '../lib/large_pool.libsonnet')('events', 'mnlp_stratified', learns='moving_average')
