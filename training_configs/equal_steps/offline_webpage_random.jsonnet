// Equal steps: WebPage, multilingual E5 and SmolLM2, random sampling.
(import '../lib/equal_steps.libsonnet')('offline', 'webpage', 'random')
