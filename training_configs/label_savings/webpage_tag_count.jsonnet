// What saves labels: WebPage, number of words tagged as entities.
(import '../lib/large_pool.libsonnet')('webpage', 'tag_count')
