// What saves labels: CoNLL-2003, MNLP within strata of length, and a fifth at random.
(import '../lib/large_pool.libsonnet')('conll', 'mnlp_stratified_random_share')
