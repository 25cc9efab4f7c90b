// What saves labels: WebPage, margin between the two most probable tags.
(import '../lib/large_pool.libsonnet')('webpage', 'margin')
