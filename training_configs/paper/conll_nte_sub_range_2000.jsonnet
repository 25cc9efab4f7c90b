// Table 1: discriminator range (0, 2000).
(import '../lib/paper.libsonnet')('conll', 'nte', 'sub', upper=2000)
