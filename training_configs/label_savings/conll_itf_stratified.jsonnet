// What saves labels: CoNLL-2003, inverse tag frequency within strata of length.
(import '../lib/large_pool.libsonnet')('conll', 'itf_stratified')
