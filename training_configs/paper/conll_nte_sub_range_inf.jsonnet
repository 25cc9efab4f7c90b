// Table 1: discriminator range (0, ∞).
(import '../lib/paper.libsonnet')('conll', 'nte', 'sub', upper=null)
