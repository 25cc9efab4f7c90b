// Figure 2c: WebPage, NTE sampling with whole-sequence mixup, valid labels counted as in the paper's public code.
(import '../lib/paper.libsonnet')('webpage', 'nte', 'whole_valid')
