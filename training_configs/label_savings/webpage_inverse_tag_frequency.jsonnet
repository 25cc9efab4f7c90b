// What saves labels: WebPage, least confidence weighted by inverse tag frequency.
(import '../lib/large_pool.libsonnet')('webpage', 'inverse_tag_frequency')
