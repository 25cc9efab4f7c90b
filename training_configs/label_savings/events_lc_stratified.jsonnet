// What saves labels: GENEVA, least confidence within strata of length.
(import '../lib/large_pool.libsonnet')('events', 'lc_stratified')
