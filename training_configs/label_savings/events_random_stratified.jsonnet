// What saves labels: GENEVA, random sampling within strata of length.
(import '../lib/large_pool.libsonnet')('events', 'random_stratified')
