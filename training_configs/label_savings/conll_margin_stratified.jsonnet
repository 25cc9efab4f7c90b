// What saves labels: CoNLL-2003, margin within strata of length.
(import '../lib/large_pool.libsonnet')('conll', 'margin_stratified')
