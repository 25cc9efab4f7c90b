// A pool that is never nearly empty: all sentences of the training file, of which 300 are labelled. Each round trains a
// fresh model for the same number of steps.
local experiment = import 'active_learning.libsonnet';
local policies = import 'query_policies.libsonnet';
local source = (import 'sources.libsonnet').minilm;

function(
  corpus,  // 'conll' or 'events'
  policy,  // a name of query_policies.libsonnet
)
  assert std.objectHas(policies, policy) : 'policy is ' + policy + '; expected one of ' + std.join(', ', std.objectFields(policies));
  experiment(
    source,
    source[corpus] { pool_size: null },
    query_policy=policies[policy],
    reuse_model=false,
    seed_size=50,
    num_rounds=5,
    query_size=50,
    batch_size=16,
    steps=200
  ) + { trainer+: { scoring: { max_candidates: 4000 }, training: { retries: 2 } } }
