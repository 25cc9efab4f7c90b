// Figure 4b: λ ~ Beta(α, α) with α = 1.
(import '../lib/paper.libsonnet')('conll', 'nte', 'sub', alpha=1)
