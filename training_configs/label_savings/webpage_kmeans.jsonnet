// What saves labels: WebPage, k-means.
(import '../lib/large_pool.libsonnet')('webpage', 'kmeans')
