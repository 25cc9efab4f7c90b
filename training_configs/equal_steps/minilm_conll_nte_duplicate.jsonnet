// Equal steps: CoNLL-2003, MiniLM, NTE sampling, a fifth more sentences by repetition.
(import '../lib/equal_steps.libsonnet')('minilm', 'conll', 'nte_duplicate')
