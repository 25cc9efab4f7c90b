// Augmentation ladder: CoNLL-2003, 100 sentences, words replaced by others of their label.
(import '../lib/augmentation_ladder.libsonnet')('conll', 100, 'lwtr')
