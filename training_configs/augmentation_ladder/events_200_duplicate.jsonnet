// Augmentation ladder: events, 200 sentences, the frames of `paper`, repeated unchanged.
(import '../lib/augmentation_ladder.libsonnet')('events', 200, 'duplicate')
