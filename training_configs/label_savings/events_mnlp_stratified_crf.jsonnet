// What saves labels: GENEVA, MNLP within strata of length, CRF.
(import '../lib/large_pool.libsonnet')('events', 'mnlp_stratified', learns='crf')
