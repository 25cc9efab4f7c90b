// Augmentation ladder: events, 200 sentences, label-constrained mixup.
(import '../lib/augmentation_ladder.libsonnet')('events', 200, 'label_constrained')
