// Augmentation ladder: events, 100 sentences, the frames of `paper`, repeated unchanged.
(import '../lib/augmentation_ladder.libsonnet')('events', 100, 'duplicate')
