// What saves labels: WebPage, random sampling.
(import '../lib/large_pool.libsonnet')('webpage', 'random')
