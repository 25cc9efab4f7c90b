// A large pool: CoNLL-2003, BALD, 10 samples of dropout.
(import '../lib/large_pool.libsonnet')('conll', 'bald')
