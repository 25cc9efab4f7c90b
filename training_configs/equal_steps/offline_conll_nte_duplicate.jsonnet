// Equal steps: CoNLL-2003, multilingual E5 and SmolLM2, NTE sampling, a fifth more sentences by repetition.
(import '../lib/equal_steps.libsonnet')('offline', 'conll', 'nte_duplicate')
