// Control: CoNLL-2003, NTE sampling; a fifth more epochs: as many training steps as with SeqMix, no further sentences.
(import '../lib/paper.libsonnet')('conll', 'nte') + { trainer+: { trainer+: { num_epochs: 12 } } }
