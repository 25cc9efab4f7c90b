// Control: event triggers, NTE sampling; a fifth more epochs: as many training steps as with SeqMix, no further sentences.
(import '../lib/paper.libsonnet')('events', 'nte') + { trainer+: { trainer+: { num_epochs: 12 } } }
