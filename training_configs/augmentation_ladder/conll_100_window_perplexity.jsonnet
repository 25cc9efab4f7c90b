// Augmentation ladder: CoNLL-2003, 100 sentences, mixup accepted by the perplexity of the window.
(import '../lib/augmentation_ladder.libsonnet')('conll', 100, 'window_perplexity')
