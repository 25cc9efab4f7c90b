// Equal steps: CoNLL-2003, multilingual E5 and SmolLM2, random sampling.
(import '../lib/equal_steps.libsonnet')('offline', 'conll', 'random')
