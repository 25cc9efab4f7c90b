// Equation 1: CoNLL-2003, least confidence of a tagger with a CRF, whose transitions learn at 100 times the encoder's rate.
local source = (import '../lib/sources.libsonnet').default;
(import '../lib/paper.libsonnet')('conll', 'lc') + {
  model+: { head: { type: 'crf' } },
  trainer+: { trainer+: { optimizer+: {
    parameter_groups+: [[['^head\\.'], { lr: 100 * source.lr, weight_decay: 0.0 }]],
  } } },
}
