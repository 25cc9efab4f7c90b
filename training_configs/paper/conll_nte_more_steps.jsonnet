// Control: CoNLL-2003, NTE sampling; 12 epochs instead of 10: as many training steps as with SeqMix, no further sentences.
(import '../lib/paper.libsonnet')('conll', 'nte') + { trainer+: { trainer+: { num_epochs: 12 } } }
