// A large pool: event triggers, query by committee.
(import '../lib/large_pool.libsonnet')('events', 'qbc')
