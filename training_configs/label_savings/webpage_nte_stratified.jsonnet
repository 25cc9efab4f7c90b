// What saves labels: WebPage, NTE within strata of length.
(import '../lib/large_pool.libsonnet')('webpage', 'nte_stratified')
