// Control: CoNLL-2003, NTE sampling; as many training steps as with SeqMix, no new sentences.
(import '../lib/paper.libsonnet')('conll', 'nte') + { trainer+: { augmenter: { type: 'duplicate', rate: 0.2 } } }
