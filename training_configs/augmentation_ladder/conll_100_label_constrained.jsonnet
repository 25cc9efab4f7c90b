// Augmentation ladder: CoNLL-2003, 100 sentences, label-constrained mixup.
(import '../lib/augmentation_ladder.libsonnet')('conll', 100, 'label_constrained')
