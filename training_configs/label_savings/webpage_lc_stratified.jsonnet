// What saves labels: WebPage, least confidence within strata of length.
(import '../lib/large_pool.libsonnet')('webpage', 'lc_stratified')
