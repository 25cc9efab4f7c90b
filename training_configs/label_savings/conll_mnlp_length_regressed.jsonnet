// What saves labels: CoNLL-2003, MNLP minus what is expected at the length.
(import '../lib/large_pool.libsonnet')('conll', 'mnlp_length_regressed')
