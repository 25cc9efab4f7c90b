// Augmentation ladder: CoNLL-2003, 100 sentences, the frames of `paper`, repeated unchanged.
(import '../lib/augmentation_ladder.libsonnet')('conll', 100, 'duplicate')
