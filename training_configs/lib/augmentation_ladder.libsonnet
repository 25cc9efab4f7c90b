// What each form of augmentation gains: a random labelled set, one training of a fresh model for the same number of steps,
// and no queries. The labelled set follows from the seed alone, so that with one seed all methods have the same.
//
// Each method but `none` adds as many sentences as are labelled (rate 1, the largest of the paper's Table 2), so that half
// of each batch is generated and the methods can be told apart; `paper_rate_0.2` has the paper's best rate.
local experiment = import 'active_learning.libsonnet';
local policies = import 'query_policies.libsonnet';
local seqmix = import 'seqmix.libsonnet';
local sources = import 'sources.libsonnet';

// MiniLM as encoder; perplexities by SmolLM2, on the scale of the paper's ranges.
local source = sources.minilm { discriminator(upper):: sources.offline.discriminator(upper) };

// The better half of the candidates by the perplexity of the generated words alone.
local window_perplexity = {
  type: 'perplexity',
  language_model: source.discriminator(null).language_model,
  quantile: [0, 0.5],
  scope: 'window',
};

// The nearest word among more different ones: see docs/details.md.
local csls = { distance: 'csls', restore_norm: true };

// The three label-aligned forms of Dai and Adel 2020 in equal parts.
local aligned = ['mention_replacement', 'label_token_replacement', 'shuffle_segments'];
local mixture = { type: 'mixture', rate: 1, augmenters: [{ type: type } for type in aligned] };

// Each method as what it changes of the experiment without augmentation.
local methods(data) = {
  local augmenter(settings) = { trainer+: { augmenter: settings } },
  local paper(more={}, rate=1) = augmenter(seqmix(source, data, rate=rate) + more),
  local windows(type) = { type: type, window: data.window, min_density: data.min_density },

  none: {},
  // The sentences into which `paper` inserts its windows, unchanged.
  duplicate: augmenter({ type: 'duplicate', rate: 1, pairing: windows('sub_sequence') }),
  // Sub-sequence mixup with the settings of the paper's appendix C.4; the methods below change one thing of it each.
  paper: paper(),
  'paper_rate_0.2': paper(rate=0.2),
  csls: paper({ embedding_table+: csls }),
  dominant: paper({ dominant: true }),
  window_perplexity: paper({ discriminator: window_perplexity }),
  label_constrained: paper({ pairing: windows('label_constrained') }),
  // The sum of csls, dominant and window_perplexity, with windows that cut no entity.
  repaired: paper({
    pairing+: { entity_borders: true },
    embedding_table+: csls,
    dominant: true,
    discriminator: window_perplexity,
  }),
  // Half of the batches, as the other methods generate half of the sentences.
  hidden_mixing: { model+: { hidden_mixing: { alpha: 8, share: 0.5 } } },
  mention_replacement: augmenter({ type: 'mention_replacement', rate: 1 }),
  lwtr: augmenter({ type: 'label_token_replacement', rate: 1 }),
  shuffle: augmenter({ type: 'shuffle_segments', rate: 1 }),
  mixture: augmenter(mixture),
  // 300 steps of 16 sentences are 24 passes over 100 sentences and as many generated ones.
  mixture_pass: augmenter(mixture { refresh: 'pass', versions: 24 }),
};

function(
  corpus,  // 'conll' or 'events'
  size,  // number of labelled sentences
  method,  // a name of `methods`
)
  local data = source[corpus] { pool_size: null };
  local known = methods(data);
  assert std.objectHas(known, method) : 'method is ' + method + '; expected one of ' + std.join(', ', std.objectFields(known));
  experiment(
    source,
    data,
    query_policy=policies.random,
    reuse_model=false,
    seed_size=size,
    num_rounds=0,
    query_size=[],
    batch_size=16,
    steps=300
  ) + { trainer+: { training: { retries: 2 } } } + known[method]
