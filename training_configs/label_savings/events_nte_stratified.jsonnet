// What saves labels: GENEVA, NTE within strata of length.
(import '../lib/large_pool.libsonnet')('events', 'nte_stratified')
