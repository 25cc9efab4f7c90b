// What saves labels: CoNLL-2003, BADGE.
(import '../lib/large_pool.libsonnet')('conll', 'badge')
