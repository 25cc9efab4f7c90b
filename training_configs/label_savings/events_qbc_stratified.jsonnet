// What saves labels: GENEVA, query by committee within strata of length.
(import '../lib/large_pool.libsonnet')('events', 'qbc_stratified')
