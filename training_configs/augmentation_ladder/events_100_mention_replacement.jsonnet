// Augmentation ladder: events, 100 sentences, mentions replaced by others of their type.
(import '../lib/augmentation_ladder.libsonnet')('events', 100, 'mention_replacement')
