// What saves labels: GENEVA, inverse tag frequency within strata of length.
(import '../lib/large_pool.libsonnet')('events', 'itf_stratified')
