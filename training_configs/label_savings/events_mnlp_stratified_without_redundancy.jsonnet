// What saves labels: GENEVA, MNLP within strata of length, without redundant sentences.
(import '../lib/large_pool.libsonnet')('events', 'mnlp_stratified_without_redundancy')
