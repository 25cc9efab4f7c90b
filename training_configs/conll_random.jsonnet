// The paper's baseline (Table 4): random sampling without augmentation.
local experiment = import 'lib/active_learning.libsonnet';
local source = (import 'lib/sources.libsonnet').default;

experiment(
  source,
  source.conll,
  query_policy={ type: 'random' },
  pool_size=700
)
