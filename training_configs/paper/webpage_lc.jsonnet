// Figure 2c, Table 6: WebPage, least confidence.
(import '../lib/paper.libsonnet')('webpage', 'lc')
