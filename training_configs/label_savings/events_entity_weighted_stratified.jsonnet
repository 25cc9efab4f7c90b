// What saves labels: GENEVA, entity-weighted least confidence within strata of length.
(import '../lib/large_pool.libsonnet')('events', 'entity_weighted_stratified')
