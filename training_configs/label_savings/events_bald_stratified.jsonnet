// What saves labels: GENEVA, BALD within strata of length.
(import '../lib/large_pool.libsonnet')('events', 'bald_stratified')
