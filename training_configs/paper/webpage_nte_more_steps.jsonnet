// Control: WebPage, NTE sampling; a fifth more epochs: as many training steps as with SeqMix, no further sentences.
(import '../lib/paper.libsonnet')('webpage', 'nte') + { trainer+: { trainer+: { num_epochs: 12 } } }
