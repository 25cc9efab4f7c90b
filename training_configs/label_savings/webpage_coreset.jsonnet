// What saves labels: WebPage, core-set.
(import '../lib/large_pool.libsonnet')('webpage', 'coreset')
