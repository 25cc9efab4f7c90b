// Augmentation ladder: CoNLL-2003, 200 sentences, word vectors mixed in training.
(import '../lib/augmentation_ladder.libsonnet')('conll', 200, 'hidden_mixing')
