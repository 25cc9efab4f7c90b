// Augmentation ladder: CoNLL-2003, 100 sentences, words shuffled within segments.
(import '../lib/augmentation_ladder.libsonnet')('conll', 100, 'shuffle')
