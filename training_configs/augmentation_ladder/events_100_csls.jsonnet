// Augmentation ladder: events, 100 sentences, mixup with nearest words by CSLS.
(import '../lib/augmentation_ladder.libsonnet')('events', 100, 'csls')
