// Control: WebPage, NTE sampling; as many training steps as with SeqMix, no new sentences.
(import '../lib/paper.libsonnet')('webpage', 'nte') + { trainer+: { augmenter: { type: 'duplicate', rate: 0.2 } } }
