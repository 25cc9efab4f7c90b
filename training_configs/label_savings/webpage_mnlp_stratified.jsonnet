// What saves labels: WebPage, MNLP within strata of length.
(import '../lib/large_pool.libsonnet')('webpage', 'mnlp_stratified')
