// What saves labels: GENEVA, margin between the two most probable tags.
(import '../lib/large_pool.libsonnet')('events', 'margin')
