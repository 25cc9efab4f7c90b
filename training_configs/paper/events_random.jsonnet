// Figure 2b, Table 5: event triggers, random sampling.
(import '../lib/paper.libsonnet')('events', 'random')
