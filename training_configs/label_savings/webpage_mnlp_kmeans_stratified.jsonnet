// What saves labels: WebPage, k-means among the highest MNLP within strata of length.
(import '../lib/large_pool.libsonnet')('webpage', 'mnlp_kmeans_stratified')
