// Figure 2c, Table 6: WebPage, query by committee.
(import '../lib/paper.libsonnet')('webpage', 'qbc')
