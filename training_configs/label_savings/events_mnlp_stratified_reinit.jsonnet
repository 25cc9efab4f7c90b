// What saves labels: GENEVA, MNLP within strata of length, top layer initialised again.
(import '../lib/large_pool.libsonnet')('events', 'mnlp_stratified', learns='reinit')
