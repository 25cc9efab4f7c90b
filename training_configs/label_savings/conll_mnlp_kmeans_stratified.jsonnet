// What saves labels: CoNLL-2003, k-means among the highest MNLP within strata of length.
(import '../lib/large_pool.libsonnet')('conll', 'mnlp_kmeans_stratified')
