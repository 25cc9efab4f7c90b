// The paper's experiment as a function of its parameters. Sizes are numbers of sentences.
function(
  source,  // an object of sources.libsonnet
  data,  // one of its corpora, with its sizes
  query_policy,
  augmenter={ type: 'none' },
  reuse_model=true,  // false: each round starts from the pretrained weights
  seed_size=data.seed_size,
  num_rounds=5,
  query_size=data.query_size,
  query_tokens=null,  // tokens to query a round, or of each, instead of query_size sentences
  num_epochs=10,
  batch_size=32,
  steps=null,  // steps of the optimizer a round, however many sentences there are; null: num_epochs passes over them
  seed=1,
)
  assert steps == null || steps % num_epochs == 0 : 'steps is ' + steps + '; expected a multiple of the ' + num_epochs + ' epochs';
  local encoder = source.encoders[data.task];
  {
    type: 'active_learning',
    seed: seed,
    // The three seeds of AllenNLP; the random choices of the run depend on `seed` only.
    random_seed: seed,
    numpy_seed: seed,
    pytorch_seed: seed,
    dataset_reader: {
      type: std.get(data, 'reader', 'conll_columns'),
      source_scheme: data.scheme,
      [if std.objectHas(data, 'tag_column') then 'tag_column']: data.tag_column,
      max_length: 128,
      token_indexers: { tokens: { type: 'word_piece', model_name: encoder } },
    },
    train_data_path: data.train,
    validation_data_path: data.dev,
    test_data_path: data.test,
    vocabulary: { type: 'empty' },
    model: {
      type: 'sequence_tagger',
      dropout: 0.1,
      text_field_embedder: {
        token_embedders: {
          tokens: {
            type: 'pretrained_transformer_mismatched',
            model_name: encoder,
            sub_token_mode: 'first',
          },
        },
      },
    },
    data_loader: { type: 'in_memory', batch_size: batch_size, [if steps != null then 'batches_per_epoch']: steps / num_epochs },
    trainer: {
      type: 'active_learning',
      pool: { size: data.pool_size },
      seed_size: seed_size,
      num_rounds: num_rounds,
      [if query_tokens == null then 'query_size' else 'query_tokens']: if query_tokens == null then query_size else query_tokens,
      reuse_model: reuse_model,
      query_policy: query_policy,
      oracle: { type: 'gold' },
      augmenter: augmenter,
      trainer: {
        type: 'gradient_descent',
        num_epochs: num_epochs,
        grad_norm: 1.0,
        // The weights that are not trained, as regular expressions of their names.
        [if std.objectHas(source, 'frozen') then 'no_grad']: source.frozen,
        optimizer: {
          type: 'fused_adamw',
          lr: source.lr,
          eps: 1e-8,
          weight_decay: 0.01,
          // Biases and the weights of normalizations, by the names that encoders give them.
          parameter_groups: [[['bias|[Nn]orm|\\bln_'], { weight_decay: 0.0 }]],
        },
        // Linear warm-up over a tenth of the steps, then linear decay to 0; the steps are computed from the data loader.
        learning_rate_scheduler: { type: 'slanted_triangular', cut_frac: 0.1, ratio: 1000000 },
        // No validation within a round, and no checkpoints after each epoch.
        checkpointer: null,
        callbacks: [{ type: 'should_validate_callback', validation_start: 1000000 }],
        enable_default_callbacks: false,
        run_confidence_checks: false,
      },
    },
    include_in_archive: ['encoder'],
  }
