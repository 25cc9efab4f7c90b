// Control: WebPage, NTE sampling; 12 epochs instead of 10: as many training steps as with SeqMix, no further sentences.
(import '../lib/paper.libsonnet')('webpage', 'nte') + { trainer+: { trainer+: { num_epochs: 12 } } }
