// What saves labels: GENEVA, k-means among the highest MNLP within strata of length.
(import '../lib/large_pool.libsonnet')('events', 'mnlp_kmeans_stratified')
