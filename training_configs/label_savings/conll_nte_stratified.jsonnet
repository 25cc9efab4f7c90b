// What saves labels: CoNLL-2003, NTE within strata of length.
(import '../lib/large_pool.libsonnet')('conll', 'nte_stratified')
