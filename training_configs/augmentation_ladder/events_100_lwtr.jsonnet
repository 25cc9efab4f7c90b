// Augmentation ladder: events, 100 sentences, words replaced by others of their label.
(import '../lib/augmentation_ladder.libsonnet')('events', 100, 'lwtr')
