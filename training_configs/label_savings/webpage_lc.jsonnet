// What saves labels: WebPage, least confidence.
(import '../lib/large_pool.libsonnet')('webpage', 'lc')
