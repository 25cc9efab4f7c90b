// Seed gain: WebPage, the seed set trained once, with sub-sequence mixup.
(import '../lib/seed_gain.libsonnet')('webpage', 1, 'sub')
