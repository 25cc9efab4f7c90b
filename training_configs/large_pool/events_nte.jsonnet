// A large pool: event triggers, normalized token entropy (NTE).
(import '../lib/large_pool.libsonnet')('events', 'nte')
