// What saves labels: WebPage, random sampling within strata of length.
(import '../lib/large_pool.libsonnet')('webpage', 'random_stratified')
