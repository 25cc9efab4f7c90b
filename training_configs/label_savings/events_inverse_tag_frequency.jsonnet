// What saves labels: GENEVA, least confidence weighted by inverse tag frequency.
(import '../lib/large_pool.libsonnet')('events', 'inverse_tag_frequency')
