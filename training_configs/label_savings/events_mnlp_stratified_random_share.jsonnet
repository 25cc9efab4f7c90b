// What saves labels: GENEVA, MNLP within strata of length, and a fifth at random.
(import '../lib/large_pool.libsonnet')('events', 'mnlp_stratified_random_share')
