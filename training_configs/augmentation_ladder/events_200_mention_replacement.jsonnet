// Augmentation ladder: events, 200 sentences, mentions replaced by others of their type.
(import '../lib/augmentation_ladder.libsonnet')('events', 200, 'mention_replacement')
