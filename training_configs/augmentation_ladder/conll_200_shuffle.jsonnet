// Augmentation ladder: CoNLL-2003, 200 sentences, words shuffled within segments.
(import '../lib/augmentation_ladder.libsonnet')('conll', 200, 'shuffle')
