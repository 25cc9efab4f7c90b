// Figure 2b: event triggers, NTE sampling with label-constrained sub-sequence mixup.
(import '../lib/paper.libsonnet')('events', 'nte', 'label_constrained')
