// A large pool: CoNLL-2003, least confidence.
(import '../lib/large_pool.libsonnet')('conll', 'lc')
