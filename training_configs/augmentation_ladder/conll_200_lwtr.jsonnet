// Augmentation ladder: CoNLL-2003, 200 sentences, words replaced by others of their label.
(import '../lib/augmentation_ladder.libsonnet')('conll', 200, 'lwtr')
