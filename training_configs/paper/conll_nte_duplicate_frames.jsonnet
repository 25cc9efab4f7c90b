// Control: CoNLL-2003, NTE sampling; the sentences into which SeqMix would insert windows are repeated unchanged.
local paper = import '../lib/paper.libsonnet';
paper('conll', 'nte') + {
  trainer+: { augmenter: { type: 'duplicate', rate: 0.2, pairing: paper('conll', 'nte', 'sub').trainer.augmenter.pairing } },
}
