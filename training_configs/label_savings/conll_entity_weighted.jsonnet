// What saves labels: CoNLL-2003, least confidence weighted by the probability of an entity.
(import '../lib/large_pool.libsonnet')('conll', 'entity_weighted')
