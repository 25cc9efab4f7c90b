// A project with annotators: a pool of plain text, no labels to begin with, no dev and test files; see docs/annotate.md.
// Round 0 asks for 20 sentences, drawn at random, and three more rounds for the 20 that the model knows least about.
local experiment = import 'lib/active_learning.libsonnet';
local seqmix = import 'lib/seqmix.libsonnet';
local source = (import 'lib/sources.libsonnet').minilm;

// Your text: a sentence a line.
local pool = source.quickstart { train: 'data/quickstart/pool.txt', dev: null, test: null, pool_size: null };
local columns = experiment(source, pool, query_policy={ type: 'normalized_token_entropy' }).dataset_reader;

experiment(
  source,
  pool,
  query_policy={ type: 'normalized_token_entropy' },
  augmenter=seqmix(source, pool),
  seed_size=20,
  num_rounds=3,
  query_size=20,
  batch_size=8
) {
  dataset_reader: {
    type: 'plain_text',
    tokenizer: 'unicode_words',
    max_length: columns.max_length,
    token_indexers: columns.token_indexers,
  },
  // Of labelled files, where there are some: dev, test, what `allennlp evaluate` is given.
  validation_dataset_reader: columns,
  // The entity types, which no file could tell.
  labels: ['PER', 'LOC', 'ORG', 'MISC'],
  trainer+: {
    // `label_studio`, `doccano`, `prodigy`, `columns` or `jsonl`.
    oracle: { type: 'files', format: 'label_studio' },
  },
}
