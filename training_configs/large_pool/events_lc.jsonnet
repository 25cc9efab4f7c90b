// A large pool: event triggers, least confidence.
(import '../lib/large_pool.libsonnet')('events', 'lc')
