// Where data, encoders and language model come from. The one file to change for files on disk or for other models.

// Corpora that are not ours to give away are expected here, a folder each; see training_configs/README.md.
local folder = 'data';

// Each corpus: its files and their tag scheme; its row of the paper's Table 3, in sentences; and its SeqMix window
// (appendix C.4): s words, of which a share of η₀ has a valid label. `tag_column` is a number where the tag is not in
// the last column; `reader: 'jsonl_sentences'` is for JSONL.

// CoNLL-2003 (English): the copy that the paper links, in IOB1. With files on disk, put their folder here.
local conll_folder = 'https://raw.githubusercontent.com/synalp/NER/master/corpus/CoNLL-2003';
local conll = {
  train: conll_folder + '/eng.train',
  dev: conll_folder + '/eng.testa',
  test: conll_folder + '/eng.testb',
  scheme: 'IOB1',
  task: 'entities',
  pool_size: 700,
  all: 700,
  seed_size: 200,
  query_size: 100,
  window: 5,
  min_density: 0.6,
};

// Columns of words and BIO tags, named train, dev and test.
local columns(name) = {
  train: folder + '/' + name + '/train.conll',
  dev: folder + '/' + name + '/dev.conll',
  test: folder + '/' + name + '/test.conll',
  scheme: 'BIO',
  pool_size: null,
};

// ACE 2005, event triggers: licensed, so exported by its user.
local ace05 = columns('ace05') {
  task: 'events',
  all: 14000,
  seed_size: 1000,
  query_size: [1000, 2000, 2000, 4000, 4000],
  window: 5,
  min_density: 0.2,
};

// Event triggers of the 33 most frequent types of GENEVA: an open corpus of ACE 2005's shape; the sizes are ours.
local events_geneva33 = columns('events_geneva33') {
  task: 'events',
  all: 2215,
  seed_size: 200,
  query_size: 200,
  window: 5,
  min_density: 0.2,
};

local webpage = columns('webpage') {
  task: 'entities',
  all: 385,
  seed_size: 85,
  query_size: 60,
  window: 4,
  min_density: 0.5,
};

// The corpus that the repository ships: small and made up by a script.
local quickstart = columns('quickstart') {
  train: 'data/quickstart/train.conll',
  dev: 'data/quickstart/dev.conll',
  test: 'data/quickstart/test.conll',
  task: 'entities',
  pool_size: 300,
  seed_size: 50,
  query_size: 25,
  window: 5,
  min_density: 0.6,
};

local corpora = { conll: conll, webpage: webpage, quickstart: quickstart };

local sources = {
  // The paper's models, from the Hugging Face hub.
  hub: corpora {
    events: ace05,
    encoders: { entities: 'bert-base-cased', events: 'bert-base-multilingual-cased' },
    lr: 5e-5,
    // d for an upper perplexity of the paper's Table 1; null is ∞.
    discriminator(upper):: {
      type: 'perplexity',
      language_model: { type: 'pretrained', model_name: 'gpt2' },
      range: [0, upper],
    },
  },
  // A real encoder without a hub (`make models` puts it there), and a language model fitted to the corpus.
  minilm: corpora {
    events: events_geneva33,
    encoders: { entities: 'models/all-MiniLM-L6-v2', events: 'models/all-MiniLM-L6-v2' },
    lr: 3e-4,
    // Its perplexities have a scale of their own, so shares of the candidates stand in for the paper's ranges.
    discriminator(upper):: {
      local shares = { '500': 0.5, '1000': 0.7, '2000': 0.9, 'null': 1 },
      local key = std.toString(upper),
      type: 'perplexity',
      language_model: { type: 'in_domain' },
      quantile: [0, if std.objectHas(shares, key) then shares[key] else error 'upper is ' + key + '; minilm has 500, 1000, 2000 and null'],
    },
  },
};

sources {
  // What the configurations of the paper run on: `sources.hub` or `sources.minilm`.
  default: sources.hub,
}
