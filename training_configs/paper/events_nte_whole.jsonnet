// Figure 2b: event triggers, NTE sampling with whole-sequence mixup.
(import '../lib/paper.libsonnet')('events', 'nte', 'whole')
