// A large pool: CoNLL-2003, query by committee.
(import '../lib/large_pool.libsonnet')('conll', 'qbc')
