// Augmentation ladder: CoNLL-2003, 200 sentences, mixup with nearest words by CSLS.
(import '../lib/augmentation_ladder.libsonnet')('conll', 200, 'csls')
