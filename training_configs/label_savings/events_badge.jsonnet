// What saves labels: GENEVA, BADGE.
(import '../lib/large_pool.libsonnet')('events', 'badge')
