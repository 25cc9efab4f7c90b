// Figure 2b, Table 5: event triggers, NTE sampling.
(import '../lib/paper.libsonnet')('events', 'nte')
