// Augmentation ladder: CoNLL-2003, 200 sentences, label-constrained mixup.
(import '../lib/augmentation_ladder.libsonnet')('conll', 200, 'label_constrained')
