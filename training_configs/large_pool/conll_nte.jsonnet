// A large pool: CoNLL-2003, NTE sampling.
(import '../lib/large_pool.libsonnet')('conll', 'nte')
