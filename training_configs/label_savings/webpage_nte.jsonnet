// What saves labels: WebPage, NTE.
(import '../lib/large_pool.libsonnet')('webpage', 'nte')
