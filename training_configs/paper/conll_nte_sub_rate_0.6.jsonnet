// Table 2: augment rate r = 0.6.
(import '../lib/paper.libsonnet')('conll', 'nte', 'sub', rate=0.6)
