// What saves labels: CoNLL-2003, MNLP ranked among sentences of like length.
(import '../lib/large_pool.libsonnet')('conll', 'mnlp_length_ranked')
