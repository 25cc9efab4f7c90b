// Figure 2b, Table 5: event triggers, least confidence.
(import '../lib/paper.libsonnet')('events', 'lc')
