// What saves labels: GENEVA, MNLP within strata of length after a seed set by k-means.
(import '../lib/large_pool.libsonnet')('events', 'mnlp_stratified', seed_policy='kmeans')
