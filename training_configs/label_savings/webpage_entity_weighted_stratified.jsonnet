// What saves labels: WebPage, entity-weighted least confidence within strata of length.
(import '../lib/large_pool.libsonnet')('webpage', 'entity_weighted_stratified')
