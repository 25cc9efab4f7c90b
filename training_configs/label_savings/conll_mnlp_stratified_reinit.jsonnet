// What saves labels: CoNLL-2003, MNLP within strata of length, top layer initialised again.
(import '../lib/large_pool.libsonnet')('conll', 'mnlp_stratified', learns='reinit')
