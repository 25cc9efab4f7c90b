// Augmentation ladder: CoNLL-2003, 100 sentences, the three label-aligned forms in equal parts.
(import '../lib/augmentation_ladder.libsonnet')('conll', 100, 'mixture')
