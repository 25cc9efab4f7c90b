// Seed gain: WebPage, the seed set trained twice, with sub-sequence mixup.
(import '../lib/seed_gain.libsonnet')('webpage', 2, 'sub')
