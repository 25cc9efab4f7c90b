// Control: event triggers, NTE sampling; 12 epochs instead of 10: as many training steps as with SeqMix, no further sentences.
(import '../lib/paper.libsonnet')('events', 'nte') + { trainer+: { trainer+: { num_epochs: 12 } } }
