// Augmentation ladder: CoNLL-2003, 100 sentences, mentions replaced by others of their type.
(import '../lib/augmentation_ladder.libsonnet')('conll', 100, 'mention_replacement')
