// Seed gain: WebPage, the seed set trained once, no sentence generated.
(import '../lib/seed_gain.libsonnet')('webpage', 1)
