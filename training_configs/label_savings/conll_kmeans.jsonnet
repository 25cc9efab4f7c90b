// What saves labels: CoNLL-2003, k-means.
(import '../lib/large_pool.libsonnet')('conll', 'kmeans')
