// Augmentation ladder: events, 200 sentences, words replaced by others of their label.
(import '../lib/augmentation_ladder.libsonnet')('events', 200, 'lwtr')
