// What saves labels: GENEVA, MNLP within strata of length.
(import '../lib/large_pool.libsonnet')('events', 'mnlp_stratified')
