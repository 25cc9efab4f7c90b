// Augmentation ladder: CoNLL-2003, 100 sentences, no augmentation.
(import '../lib/augmentation_ladder.libsonnet')('conll', 100, 'none')
