// What saves labels: CoNLL-2003, MNLP within strata of length, twice the steps.
(import '../lib/large_pool.libsonnet')('conll', 'mnlp_stratified', learns='more_steps')
