// Equal steps: WebPage, MiniLM, NTE sampling, a fifth more sentences by repetition.
(import '../lib/equal_steps.libsonnet')('minilm', 'webpage', 'nte_duplicate')
