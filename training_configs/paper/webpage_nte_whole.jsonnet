// Figure 2c: WebPage, NTE sampling with whole-sequence mixup.
(import '../lib/paper.libsonnet')('webpage', 'nte', 'whole')
