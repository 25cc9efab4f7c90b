// Augmentation ladder: events, 200 sentences, mixup with nearest words by CSLS.
(import '../lib/augmentation_ladder.libsonnet')('events', 200, 'csls')
