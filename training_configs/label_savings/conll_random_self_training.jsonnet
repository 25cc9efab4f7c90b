// What saves labels: CoNLL-2003, random sampling, self-training.
(import '../lib/large_pool.libsonnet')('conll', 'random', learns='self_training')
