// What saves labels: CoNLL-2003, margin between the two most probable tags.
(import '../lib/large_pool.libsonnet')('conll', 'margin')
