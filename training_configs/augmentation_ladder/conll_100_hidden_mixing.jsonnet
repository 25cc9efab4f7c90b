// Augmentation ladder: CoNLL-2003, 100 sentences, word vectors mixed in training.
(import '../lib/augmentation_ladder.libsonnet')('conll', 100, 'hidden_mixing')
