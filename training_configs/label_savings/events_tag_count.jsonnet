// What saves labels: GENEVA, number of words tagged as entities.
(import '../lib/large_pool.libsonnet')('events', 'tag_count')
