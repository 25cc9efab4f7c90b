// What saves labels: CoNLL-2003, MNLP within strata of length, self-training.
(import '../lib/large_pool.libsonnet')('conll', 'mnlp_stratified', learns='self_training')
