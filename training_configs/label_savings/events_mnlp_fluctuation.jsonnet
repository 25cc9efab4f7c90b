// What saves labels: GENEVA, MNLP and how much it varies over three rounds.
(import '../lib/large_pool.libsonnet')('events', 'mnlp_fluctuation')
