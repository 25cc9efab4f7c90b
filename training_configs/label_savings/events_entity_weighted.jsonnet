// What saves labels: GENEVA, least confidence weighted by the probability of an entity.
(import '../lib/large_pool.libsonnet')('events', 'entity_weighted')
