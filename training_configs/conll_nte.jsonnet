// The paper's baseline (Table 4): NTE sampling without augmentation.
local experiment = import 'lib/active_learning.libsonnet';
local source = (import 'lib/sources.libsonnet').default;

experiment(
  source,
  source.conll,
  query_policy={ type: 'normalized_token_entropy' },
  pool_size=700
)
