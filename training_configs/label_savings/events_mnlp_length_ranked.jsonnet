// What saves labels: GENEVA, MNLP ranked among sentences of like length.
(import '../lib/large_pool.libsonnet')('events', 'mnlp_length_ranked')
