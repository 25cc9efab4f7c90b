// Augmentation ladder: events, 100 sentences, label-constrained mixup.
(import '../lib/augmentation_ladder.libsonnet')('events', 100, 'label_constrained')
