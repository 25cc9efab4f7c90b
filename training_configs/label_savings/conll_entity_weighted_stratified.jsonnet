// What saves labels: CoNLL-2003, entity-weighted least confidence within strata of length.
(import '../lib/large_pool.libsonnet')('conll', 'entity_weighted_stratified')
