// Control: WebPage, NTE sampling; the sentences whose words SeqMix's children keep are repeated as they are.
local paper = import '../lib/paper.libsonnet';
paper('webpage', 'nte') + {
  trainer+: { augmenter: { type: 'duplicate', rate: 0.2, pairing: paper('webpage', 'nte', 'sub').trainer.augmenter.pairing } },
}
