// What saves labels: GENEVA, MNLP within strata of length, self-training.
(import '../lib/large_pool.libsonnet')('events', 'mnlp_stratified', learns='self_training')
