// Control: event triggers, NTE sampling; the sentences into which SeqMix would insert windows are repeated unchanged.
local paper = import '../lib/paper.libsonnet';
paper('events', 'nte') + {
  trainer+: { augmenter: { type: 'duplicate', rate: 0.2, pairing: paper('events', 'nte', 'sub').trainer.augmenter.pairing } },
}
