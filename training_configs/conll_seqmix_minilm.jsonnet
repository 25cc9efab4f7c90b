// As conll_seqmix, without a hub: MiniLM and a language model fitted to the corpus.
local experiment = import 'lib/active_learning.libsonnet';
local seqmix = import 'lib/seqmix.libsonnet';
local source = (import 'lib/sources.libsonnet').minilm;

experiment(
  source,
  source.conll,
  query_policy={ type: 'normalized_token_entropy' },
  augmenter=seqmix(source),
  pool_size=700
)
