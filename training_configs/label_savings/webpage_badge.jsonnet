// What saves labels: WebPage, BADGE.
(import '../lib/large_pool.libsonnet')('webpage', 'badge')
