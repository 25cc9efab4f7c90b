// Equal steps: WebPage, MiniLM, NTE sampling with sub-sequence mixup.
(import '../lib/equal_steps.libsonnet')('minilm', 'webpage', 'nte_sub')
