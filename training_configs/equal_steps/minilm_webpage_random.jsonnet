// Equal steps: WebPage, MiniLM, random sampling.
(import '../lib/equal_steps.libsonnet')('minilm', 'webpage', 'random')
