// Equal steps: WebPage, MiniLM, NTE sampling.
(import '../lib/equal_steps.libsonnet')('minilm', 'webpage', 'nte')
