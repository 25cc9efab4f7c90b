// A large pool: event triggers, MNLP.
(import '../lib/large_pool.libsonnet')('events', 'mnlp')
