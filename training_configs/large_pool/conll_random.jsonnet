// A large pool: CoNLL-2003, random sampling.
(import '../lib/large_pool.libsonnet')('conll', 'random')
