// What saves labels: GENEVA, core-set.
(import '../lib/large_pool.libsonnet')('events', 'coreset')
