// Ways of learning from few labels by the names that file names and tables give them, as changes of an experiment.
local source = (import 'sources.libsonnet').minilm;
local top = 'encoder\\.layer\\.5\\.';  // of MiniLM's six layers

{
  none: {},
  self_training: { trainer+: { self_training: { type: 'pseudo_labels' } } },
  // The control of self-training: one model with as many steps as teacher and student together.
  more_steps: { data_loader+: { batches_per_epoch: 2 * super.batches_per_epoch } },
  label_smoothing: { model+: { label_smoothing: 0.1 } },
  moving_average: { trainer+: { trainer+: { moving_average: { type: 'exponential' } } } },
  // Zhang et al. (2021): the top layer as BERT's were initialised before it was pretrained. The first expression that
  // matches counts.
  reinit: { model+: { initializer: { regexes: [
    [top + '.*LayerNorm\\.weight', { type: 'constant', val: 1 }],
    [top + '.*bias', { type: 'zero' }],
    [top + '.*weight', { type: 'normal', mean: 0, std: 0.02 }],
  ] } } },
  // The learning rate of the transitions is 100 times the encoder's.
  crf: {
    model+: { head: { type: 'crf' } },
    trainer+: { trainer+: { optimizer+: { parameter_groups+: [[['^head\\.'], { lr: 100 * source.lr, weight_decay: 0.0 }]] } } },
  },
}
