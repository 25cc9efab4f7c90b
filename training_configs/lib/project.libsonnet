// The experiment of active_learning.libsonnet on files of your own, as `seqmix start` writes it. Paths of data and of an
// encoder are looked for in the folder of the configuration first, then in the working directory.
local experiment = import 'active_learning.libsonnet';

function(
  train,  // the pool, of which the seed set is a part
  labels,  // the entity types
  encoder,  // a name on the Hugging Face hub, or a folder
  lr,  // 5e-5 suits encoders of BERT's size, 3e-4 small ones such as MiniLM
  query_policy,
  augmenter,
  seed_size,  // sentences that are labelled before the first query
  num_rounds,
  query_size,  // sentences that each round queries
  batch_size,
  dev=null,  // labelled files on which each round is measured
  test=null,
  format='columns',  // of the training file: 'columns', 'jsonl' or 'text', one sentence per line
  labelled_format=if format == 'text' then 'columns' else format,  // of dev and test
  scheme='BIO',  // of the tags: 'IOB1', 'BIO', 'BIOES' or 'BIOUL'
  token_column=0,
  tag_column=-1,  // -1: the last one
  repair_tags=false,  // read invalid tags as conlleval does, instead of an error
  add_prefix_space=false,  // true for byte-level encoders such as RoBERTa
  tool=null,  // annotators label, and read files for this tool; null: the training file's tags simulate them
)
  local source = { encoders: { own: encoder }, lr: lr };
  local data = { task: 'own', train: train, dev: dev, test: test, scheme: scheme, pool_size: null };
  local own = experiment(
    source,
    data,
    query_policy,
    augmenter,
    seed_size=seed_size,
    num_rounds=num_rounds,
    query_size=query_size,
    batch_size=batch_size
  );
  local shared = {
    max_length: own.dataset_reader.max_length,
    token_indexers: own.dataset_reader.token_indexers {
      tokens+: { [if add_prefix_space then 'tokenizer_kwargs']: { add_prefix_space: true } },
    },
  };
  local tags = shared { source_scheme: scheme, repair_tags: repair_tags };
  local readers = {
    columns: tags { type: 'conll_columns', token_column: token_column, tag_column: tag_column },
    jsonl: tags { type: 'jsonl_sentences' },
    text: shared { type: 'plain_text', tokenizer: 'unicode_words' },
  };
  local unlabelled = tool != null && format != 'text';
  own {
    dataset_reader: readers[format] { [if unlabelled then 'unlabelled']: true },
    [if tool != null || labelled_format != format then 'validation_dataset_reader']: readers[labelled_format],
    labels: labels,
    trainer+: { [if tool != null then 'oracle']: { type: 'files', format: tool } },
  }
