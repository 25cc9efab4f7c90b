// What saves labels: CoNLL-2003, least confidence ranked among sentences of like length.
(import '../lib/large_pool.libsonnet')('conll', 'lc_length_ranked')
