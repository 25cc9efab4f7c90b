// Augmentation ladder: events, 200 sentences, mixup accepted by the perplexity of the window.
(import '../lib/augmentation_ladder.libsonnet')('events', 200, 'window_perplexity')
