// Equal steps: CoNLL-2003, MiniLM, NTE sampling with sub-sequence mixup.
(import '../lib/equal_steps.libsonnet')('minilm', 'conll', 'nte_sub')
