// Augmentation ladder: CoNLL-2003, 200 sentences, mixup with all repairs.
(import '../lib/augmentation_ladder.libsonnet')('conll', 200, 'repaired')
