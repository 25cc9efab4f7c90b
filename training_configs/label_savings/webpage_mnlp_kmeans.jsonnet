// What saves labels: WebPage, k-means among the highest MNLP.
(import '../lib/large_pool.libsonnet')('webpage', 'mnlp_kmeans')
