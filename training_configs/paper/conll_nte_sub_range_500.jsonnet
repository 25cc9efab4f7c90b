// Table 1: discriminator range (0, 500).
(import '../lib/paper.libsonnet')('conll', 'nte', 'sub', upper=500)
