// Seed gain: CoNLL-2003, the seed set trained once, with sub-sequence mixup.
(import '../lib/seed_gain.libsonnet')('conll', 1, 'sub')
