// What saves labels: CoNLL-2003, query by committee within strata of length.
(import '../lib/large_pool.libsonnet')('conll', 'qbc_stratified')
