// Quickstart, about 3 minutes on 2 cores: the corpus that the repository ships, MiniLM, 50 + 3 x 25 sentences.
local experiment = import 'lib/active_learning.libsonnet';
local seqmix = import 'lib/seqmix.libsonnet';
local source = (import 'lib/sources.libsonnet').minilm;

experiment(
  source,
  source.quickstart,
  query_policy={ type: 'normalized_token_entropy' },
  augmenter=seqmix(source, source.quickstart),
  num_rounds=3,
  batch_size=8
)
