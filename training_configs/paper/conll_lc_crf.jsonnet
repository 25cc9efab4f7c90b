// Equation 1: CoNLL-2003, least confidence of a tagger with a CRF; learning rate of the transitions 100 times the encoder's.
local source = (import '../lib/sources.libsonnet').default;
(import '../lib/paper.libsonnet')('conll', 'lc') + {
  model+: { head: { type: 'crf' } },
  trainer+: { trainer+: { optimizer+: {
    parameter_groups+: [[['^head\\.'], { lr: 100 * source.lr, weight_decay: 0.0 }]],
  } } },
}
