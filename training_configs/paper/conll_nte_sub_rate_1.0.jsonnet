// Table 2: augment rate r = 1.0.
(import '../lib/paper.libsonnet')('conll', 'nte', 'sub', rate=1.0)
