// What saves labels: GENEVA, MNLP within strata of length, label smoothing.
(import '../lib/large_pool.libsonnet')('events', 'mnlp_stratified', learns='label_smoothing')
