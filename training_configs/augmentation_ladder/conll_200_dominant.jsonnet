// Augmentation ladder: CoNLL-2003, 200 sentences, mixup with the larger weight for each frame.
(import '../lib/augmentation_ladder.libsonnet')('conll', 200, 'dominant')
