// A large pool: event triggers, BALD, 10 samples of dropout.
(import '../lib/large_pool.libsonnet')('events', 'bald')
