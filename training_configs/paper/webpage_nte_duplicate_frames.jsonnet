// Control: WebPage, NTE sampling; the sentences into which SeqMix would insert windows are repeated unchanged.
local paper = import '../lib/paper.libsonnet';
paper('webpage', 'nte') + {
  trainer+: { augmenter: { type: 'duplicate', rate: 0.2, pairing: paper('webpage', 'nte', 'sub').trainer.augmenter.pairing } },
}
