// Figure 2c: WebPage, NTE sampling with label-constrained sub-sequence mixup.
(import '../lib/paper.libsonnet')('webpage', 'nte', 'label_constrained')
