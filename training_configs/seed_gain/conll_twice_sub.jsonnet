// Seed gain: CoNLL-2003, the seed set trained twice, with sub-sequence mixup.
(import '../lib/seed_gain.libsonnet')('conll', 2, 'sub')
