// An annotation project: a pool of plain text without labels, no dev and test files; see docs/annotate.md.
// Round 0 asks for labels of 20 random sentences, each of three further rounds for the 20 most uncertain ones.
local experiment = import 'lib/active_learning.libsonnet';
local seqmix = import 'lib/seqmix.libsonnet';
local source = (import 'lib/sources.libsonnet').minilm;

// Your text: one sentence per line.
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
  // The reader of labelled files, if there are any: dev, test, the files for `seqmix evaluate`.
  validation_dataset_reader: columns,
  // The entity types, as there is no labelled file to collect them from.
  labels: ['PER', 'LOC', 'ORG', 'MISC'],
  trainer+: {
    // `label_studio`, `doccano`, `prodigy`, `columns` or `jsonl`.
    oracle: { type: 'files', format: 'label_studio' },
  },
}
