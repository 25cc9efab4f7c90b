// What saves labels: GENEVA, MNLP within strata of length, twice the steps.
(import '../lib/large_pool.libsonnet')('events', 'mnlp_stratified', learns='more_steps')
