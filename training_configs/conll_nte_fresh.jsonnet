// As conll_nte, every round trained from the pretrained weights.
local experiment = import 'lib/active_learning.libsonnet';
local source = (import 'lib/sources.libsonnet').default;

experiment(
  source,
  source.conll,
  query_policy={ type: 'normalized_token_entropy' },
  reuse_model=false,
  pool_size=700
)
