// Figure 2c, Table 6: WebPage, NTE sampling.
(import '../lib/paper.libsonnet')('webpage', 'nte')
