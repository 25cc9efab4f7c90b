// The paper's main experiment (Figure 2a, Table 4): NTE sampling with sub-sequence mixup on 700 sentences of CoNLL-2003.
local experiment = import 'lib/active_learning.libsonnet';
local seqmix = import 'lib/seqmix.libsonnet';
local source = (import 'lib/sources.libsonnet').default;

experiment(
  source,
  source.conll,
  query_policy={ type: 'normalized_token_entropy' },
  augmenter=seqmix(source),
  pool_size=700
)
