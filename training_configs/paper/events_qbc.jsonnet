// Figure 2b, Table 5: event triggers, query by committee.
(import '../lib/paper.libsonnet')('events', 'qbc')
