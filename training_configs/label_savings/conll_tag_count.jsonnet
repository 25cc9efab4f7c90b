// What saves labels: CoNLL-2003, number of words tagged as entities.
(import '../lib/large_pool.libsonnet')('conll', 'tag_count')
