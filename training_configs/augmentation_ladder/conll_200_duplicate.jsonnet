// Augmentation ladder: CoNLL-2003, 200 sentences, the frames of `paper`, repeated unchanged.
(import '../lib/augmentation_ladder.libsonnet')('conll', 200, 'duplicate')
