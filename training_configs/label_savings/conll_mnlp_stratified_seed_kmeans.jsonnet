// What saves labels: CoNLL-2003, MNLP within strata of length after a seed set by k-means.
(import '../lib/large_pool.libsonnet')('conll', 'mnlp_stratified', seed_policy='kmeans')
