// What saves labels: CoNLL-2003, least confidence within strata of length.
(import '../lib/large_pool.libsonnet')('conll', 'lc_stratified')
