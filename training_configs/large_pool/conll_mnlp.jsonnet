// A large pool: CoNLL-2003, MNLP.
(import '../lib/large_pool.libsonnet')('conll', 'mnlp')
