// What saves labels: CoNLL-2003, BALD within strata of length.
(import '../lib/large_pool.libsonnet')('conll', 'bald_stratified')
