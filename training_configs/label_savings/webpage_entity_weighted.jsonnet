// What saves labels: WebPage, least confidence weighted by the probability of an entity.
(import '../lib/large_pool.libsonnet')('webpage', 'entity_weighted')
