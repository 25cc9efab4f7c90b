// Figure 2b: event triggers, NTE sampling with whole-sequence mixup, valid labels counted as in the paper's public code.
(import '../lib/paper.libsonnet')('events', 'nte', 'whole_valid')
