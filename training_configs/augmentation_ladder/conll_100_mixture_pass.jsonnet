// Augmentation ladder: CoNLL-2003, 100 sentences, the same mixture, new sentences in each pass.
(import '../lib/augmentation_ladder.libsonnet')('conll', 100, 'mixture_pass')
