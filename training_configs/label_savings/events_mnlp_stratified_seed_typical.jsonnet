// What saves labels: GENEVA, MNLP within strata of length after a seed set of typical sentences.
(import '../lib/large_pool.libsonnet')('events', 'mnlp_stratified', seed_policy='typical')
