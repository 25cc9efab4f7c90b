// Figure 2c, Table 6: WebPage, NTE sampling with sub-sequence mixup.
(import '../lib/paper.libsonnet')('webpage', 'nte', 'sub')
