// What saves labels: WebPage, inverse tag frequency within strata of length.
(import '../lib/large_pool.libsonnet')('webpage', 'itf_stratified')
