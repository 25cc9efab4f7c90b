// A large pool: event triggers, random sampling.
(import '../lib/large_pool.libsonnet')('events', 'random')
