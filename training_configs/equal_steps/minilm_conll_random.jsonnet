// Equal steps: CoNLL-2003, MiniLM, random sampling.
(import '../lib/equal_steps.libsonnet')('minilm', 'conll', 'random')
