// Seed gain: CoNLL-2003, the seed set trained once, no sentence generated.
(import '../lib/seed_gain.libsonnet')('conll', 1)
