// What saves labels: CoNLL-2003, random sampling, twice the steps.
(import '../lib/large_pool.libsonnet')('conll', 'random', learns='more_steps')
