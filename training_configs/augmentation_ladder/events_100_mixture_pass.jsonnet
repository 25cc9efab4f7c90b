// Augmentation ladder: events, 100 sentences, the same mixture, new sentences in each pass.
(import '../lib/augmentation_ladder.libsonnet')('events', 100, 'mixture_pass')
