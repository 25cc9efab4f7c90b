// Augmentation ladder: CoNLL-2003, 200 sentences, mentions replaced by others of their type.
(import '../lib/augmentation_ladder.libsonnet')('conll', 200, 'mention_replacement')
