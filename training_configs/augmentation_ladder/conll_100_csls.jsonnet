// Augmentation ladder: CoNLL-2003, 100 sentences, mixup with nearest words by CSLS.
(import '../lib/augmentation_ladder.libsonnet')('conll', 100, 'csls')
