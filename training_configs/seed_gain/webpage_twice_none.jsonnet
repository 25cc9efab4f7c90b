// Seed gain: WebPage, the seed set trained twice, no sentence generated.
(import '../lib/seed_gain.libsonnet')('webpage', 2)
