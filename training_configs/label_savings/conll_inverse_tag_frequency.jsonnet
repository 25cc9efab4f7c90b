// What saves labels: CoNLL-2003, least confidence weighted by inverse tag frequency.
(import '../lib/large_pool.libsonnet')('conll', 'inverse_tag_frequency')
