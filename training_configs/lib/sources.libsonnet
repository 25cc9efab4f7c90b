// Where data, encoder and language model come from. The one file to change for files on disk or for another encoder.

// CoNLL-2003 (English): the copy that the paper links, in IOB1. With files on disk, put their folder here.
local conll_folder = 'https://raw.githubusercontent.com/synalp/NER/master/corpus/CoNLL-2003';
local conll = {
  train: conll_folder + '/eng.train',
  dev: conll_folder + '/eng.testa',
  test: conll_folder + '/eng.testb',
  scheme: 'IOB1',
  tag_column: -1,
};

// The corpus that the repository ships: small and made up by a script.
local quickstart = {
  train: 'data/quickstart/train.conll',
  dev: 'data/quickstart/dev.conll',
  test: 'data/quickstart/test.conll',
  scheme: 'BIO',
  tag_column: -1,
};

local sources = {
  // The paper's models, from the Hugging Face hub.
  hub: {
    conll: conll,
    encoder: 'bert-base-cased',
    lr: 5e-5,
    discriminator: {
      type: 'perplexity',
      language_model: { type: 'pretrained', model_name: 'gpt2' },
      range: [0, 500],
    },
  },
  // A real encoder without a hub (`make models` puts it there), and a language model fitted to the corpus.
  minilm: {
    conll: conll,
    quickstart: quickstart,
    encoder: 'models/all-MiniLM-L6-v2',
    lr: 3e-4,
    discriminator: {
      type: 'perplexity',
      language_model: { type: 'in_domain' },
      quantile: [0, 0.5],
    },
  },
};

sources {
  // What the configurations of the paper run on: `sources.hub` or `sources.minilm`.
  default: sources.hub,
}
