// What saves labels: GENEVA, MNLP minus what is expected at the length.
(import '../lib/large_pool.libsonnet')('events', 'mnlp_length_regressed')
