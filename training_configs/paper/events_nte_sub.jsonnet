// Figure 2b, Table 5: event triggers, NTE sampling with sub-sequence mixup.
(import '../lib/paper.libsonnet')('events', 'nte', 'sub')
