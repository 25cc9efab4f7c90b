// Upper bound: WebPage, all sentences labelled at once.
local source = (import '../lib/sources.libsonnet').default;
(import '../lib/active_learning.libsonnet')(source, source.webpage, { type: 'random' }, seed_size=source.webpage.all, num_rounds=0, query_size=[])
