// What saves labels: WebPage, MNLP within strata of length, without redundant sentences.
(import '../lib/large_pool.libsonnet')('webpage', 'mnlp_stratified_without_redundancy')
