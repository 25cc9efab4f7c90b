// What saves labels: GENEVA, k-means among the highest MNLP.
(import '../lib/large_pool.libsonnet')('events', 'mnlp_kmeans')
