// Upper bound: CoNLL-2003, all sentences labelled at once.
local source = (import '../lib/sources.libsonnet').default;
(import '../lib/active_learning.libsonnet')(source, source.conll, { type: 'random' }, seed_size=source.conll.all, num_rounds=0, query_size=[])
