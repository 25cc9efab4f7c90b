// Augmentation ladder: events, 100 sentences, mixup accepted by the perplexity of the window.
(import '../lib/augmentation_ladder.libsonnet')('events', 100, 'window_perplexity')
