// As conll_seqmix, every round trained from the pretrained weights.
local experiment = import 'lib/active_learning.libsonnet';
local seqmix = import 'lib/seqmix.libsonnet';
local source = (import 'lib/sources.libsonnet').default;

experiment(
  source,
  source.conll,
  query_policy={ type: 'normalized_token_entropy' },
  augmenter=seqmix(source),
  reuse_model=false,
  pool_size=700
)
