// Augmentation ladder: CoNLL-2003, 200 sentences, the same mixture, new sentences in each pass.
(import '../lib/augmentation_ladder.libsonnet')('conll', 200, 'mixture_pass')
