// Upper bound: event triggers, all sentences labelled at once.
local source = (import '../lib/sources.libsonnet').default;
(import '../lib/active_learning.libsonnet')(source, source.events, { type: 'random' }, seed_size=source.events.all, num_rounds=0, query_size=[])
