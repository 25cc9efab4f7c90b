// What saves labels: WebPage, MNLP.
(import '../lib/large_pool.libsonnet')('webpage', 'mnlp')
