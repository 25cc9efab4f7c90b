// Figure 2c, Table 6: WebPage, random sampling.
(import '../lib/paper.libsonnet')('webpage', 'random')
