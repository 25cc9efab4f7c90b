// Augmentation ladder: CoNLL-2003, 200 sentences, no augmentation.
(import '../lib/augmentation_ladder.libsonnet')('conll', 200, 'none')
