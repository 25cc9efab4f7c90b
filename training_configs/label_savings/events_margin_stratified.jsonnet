// What saves labels: GENEVA, margin within strata of length.
(import '../lib/large_pool.libsonnet')('events', 'margin_stratified')
