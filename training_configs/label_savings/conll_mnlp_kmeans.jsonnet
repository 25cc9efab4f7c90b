// What saves labels: CoNLL-2003, k-means among the highest MNLP.
(import '../lib/large_pool.libsonnet')('conll', 'mnlp_kmeans')
