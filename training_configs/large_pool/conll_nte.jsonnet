// A large pool: CoNLL-2003, normalized token entropy (NTE).
(import '../lib/large_pool.libsonnet')('conll', 'nte')
