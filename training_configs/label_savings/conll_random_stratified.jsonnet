// What saves labels: CoNLL-2003, random sampling within strata of length.
(import '../lib/large_pool.libsonnet')('conll', 'random_stratified')
