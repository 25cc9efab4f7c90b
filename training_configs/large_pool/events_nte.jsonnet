// A large pool: event triggers, NTE sampling.
(import '../lib/large_pool.libsonnet')('events', 'nte')
