// Equal steps: WebPage, multilingual E5 and SmolLM2, NTE sampling with sub-sequence mixup.
(import '../lib/equal_steps.libsonnet')('offline', 'webpage', 'nte_sub')
