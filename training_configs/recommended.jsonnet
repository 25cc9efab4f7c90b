// Recommended, provisionally: the candidate for saving labels, on all sentences of CoNLL-2003 with MiniLM.
local recommended = import 'lib/recommended.libsonnet';

(import 'lib/large_pool.libsonnet')('conll', 'random') { trainer+: recommended.trainer }
