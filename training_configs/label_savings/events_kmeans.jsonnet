// What saves labels: GENEVA, k-means.
(import '../lib/large_pool.libsonnet')('events', 'kmeans')
