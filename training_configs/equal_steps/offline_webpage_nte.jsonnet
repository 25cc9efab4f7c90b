// Equal steps: WebPage, multilingual E5 and SmolLM2, NTE sampling.
(import '../lib/equal_steps.libsonnet')('offline', 'webpage', 'nte')
