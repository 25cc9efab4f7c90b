// Augmentation ladder: CoNLL-2003, 100 sentences, mixup with all repairs.
(import '../lib/augmentation_ladder.libsonnet')('conll', 100, 'repaired')
