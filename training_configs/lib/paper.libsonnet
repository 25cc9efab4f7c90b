// An experiment of the paper, by the names used in its tables and figures.
local experiment = import 'active_learning.libsonnet';
local policies = import 'query_policies.libsonnet';
local seqmix = import 'seqmix.libsonnet';
local sources = import 'sources.libsonnet';

function(
  corpus,  // 'conll', 'events', 'webpage' or 'quickstart'
  policy,  // a name of query_policies.libsonnet; the paper's are 'random', 'lc', 'nte' and 'qbc'
  mixup=null,  // 'whole', 'whole_valid', 'sub' or 'label_constrained'; null: no augmentation
  window=null,  // s; default: that of the corpus
  min_valid=null,  // n, the number of valid labels in a window; default: η₀ · s of the corpus
  rate=0.2,
  alpha=8,
  upper=500,  // upper bound of the perplexity; null is ∞
  source=sources.default,
  batch_size=32,
  steps=null,  // optimizer steps a round; null: 10 epochs
)
  assert std.objectHas(source, corpus) : 'corpus is ' + corpus + "; expected 'conll', 'events', 'webpage' or 'quickstart'";
  assert std.objectHas(policies, policy) : 'policy is ' + policy + '; expected one of ' + std.join(', ', std.objectFields(policies));
  assert mixup == null || std.member(['whole', 'whole_valid', 'sub', 'label_constrained'], mixup) :
         'mixup is ' + mixup + "; expected 'whole', 'whole_valid', 'sub', 'label_constrained' or null";
  local data = source[corpus];
  local s = if window != null then window else data.window;
  local n = if min_valid != null then min_valid else std.round(data.min_density * s);
  assert window == null || std.member(['sub', 'label_constrained'], mixup) : 'window is for sub and label_constrained';
  assert min_valid == null || std.member(['sub', 'label_constrained', 'whole_valid'], mixup) : 'min_valid is for sub, label_constrained and whole_valid';
  assert mixup == 'whole_valid' || n <= s : 'min_valid is ' + n + ', more than the window of ' + s + ' words';
  local pairings = {
    whole: { type: 'whole_sequence', min_density: data.min_density },
    // The condition of the paper's public code: a number of valid labels instead of a density.
    whole_valid: { type: 'whole_sequence', min_valid: n },
    sub: { type: 'sub_sequence', window: s, min_density: n / s },
    label_constrained: { type: 'label_constrained', window: s, min_density: n / s },
  };
  experiment(
    source,
    data,
    query_policy=policies[policy],
    augmenter=if mixup == null then { type: 'none' } else seqmix(source, data, pairings[mixup], rate, alpha, upper),
    batch_size=batch_size,
    steps=steps
  )
