// Table 1: discriminator range (0, 1000).
(import '../lib/paper.libsonnet')('conll', 'nte', 'sub', upper=1000)
