// Equal steps: CoNLL-2003, MiniLM, NTE sampling.
(import '../lib/equal_steps.libsonnet')('minilm', 'conll', 'nte')
