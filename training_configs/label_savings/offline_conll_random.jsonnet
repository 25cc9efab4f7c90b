// What saves labels: CoNLL-2003 with multilingual E5, random sampling.
(import '../lib/large_pool.libsonnet')('conll', 'random', source='offline')
