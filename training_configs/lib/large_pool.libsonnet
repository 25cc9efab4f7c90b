// A pool that is never nearly empty: all sentences of the training file, of which 300 are labelled. Each round trains a
// fresh model for the same number of steps.
local experiment = import 'active_learning.libsonnet';
local learning = import 'learning.libsonnet';
local policies = import 'query_policies.libsonnet';
local sources = import 'sources.libsonnet';

// Optimizer steps a round, of 16 sentences each.
local steps = { minilm: 200, offline: sources.offline.steps };
// Sentences of the seed set, and of each query. WebPage has 385 sentences, of which 150 are labelled.
local sizes = { conll: 50, events: 50, webpage: 25 };

function(
  corpus,  // 'conll', 'events' or 'webpage'
  policy,  // a name of query_policies.libsonnet
  source='minilm',  // or 'offline'
  learns='none',  // a name of learning.libsonnet, which is for MiniLM
  seed_policy=null,  // another name of query_policies.libsonnet; null: the seed set is drawn at random
)
  assert std.objectHas(policies, policy) : 'policy is ' + policy + '; expected one of ' + std.join(', ', std.objectFields(policies));
  assert std.objectHas(learning, learns) : 'learns is ' + learns + '; expected one of ' + std.join(', ', std.objectFields(learning));
  experiment(
    sources[source],
    sources[source][corpus] { pool_size: null },
    query_policy=policies[policy],
    reuse_model=false,
    seed_size=sizes[corpus],
    num_rounds=5,
    query_size=sizes[corpus],
    batch_size=16,
    steps=steps[source]
  ) + {
    trainer+: {
      scoring: { max_candidates: 4000 },
      training: { retries: 2 },
      [if seed_policy != null then 'seed_policy']: policies[seed_policy],
    },
  } + learning[learns]
