// Augmentation ladder: events, 200 sentences, the same mixture, new sentences in each pass.
(import '../lib/augmentation_ladder.libsonnet')('events', 200, 'mixture_pass')
