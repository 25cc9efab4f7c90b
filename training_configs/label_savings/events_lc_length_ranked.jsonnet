// What saves labels: GENEVA, least confidence ranked among sentences of like length.
(import '../lib/large_pool.libsonnet')('events', 'lc_length_ranked')
