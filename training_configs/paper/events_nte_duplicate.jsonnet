// Control: event triggers, NTE sampling; as many training steps as with SeqMix, no new sentences.
(import '../lib/paper.libsonnet')('events', 'nte') + { trainer+: { augmenter: { type: 'duplicate', rate: 0.2 } } }
