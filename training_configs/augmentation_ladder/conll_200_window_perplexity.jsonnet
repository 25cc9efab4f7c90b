// Augmentation ladder: CoNLL-2003, 200 sentences, mixup accepted by the perplexity of the window.
(import '../lib/augmentation_ladder.libsonnet')('conll', 200, 'window_perplexity')
