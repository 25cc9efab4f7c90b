// What saves labels: WebPage, margin within strata of length.
(import '../lib/large_pool.libsonnet')('webpage', 'margin_stratified')
