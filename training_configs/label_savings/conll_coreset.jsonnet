// What saves labels: CoNLL-2003, core-set.
(import '../lib/large_pool.libsonnet')('conll', 'coreset')
