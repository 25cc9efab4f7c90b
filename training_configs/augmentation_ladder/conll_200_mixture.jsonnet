// Augmentation ladder: CoNLL-2003, 200 sentences, the three label-aligned forms in equal parts.
(import '../lib/augmentation_ladder.libsonnet')('conll', 200, 'mixture')
