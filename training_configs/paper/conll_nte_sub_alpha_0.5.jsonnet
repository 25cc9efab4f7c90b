// Figure 4b: λ ~ Beta(α, α) with α = 0.5.
(import '../lib/paper.libsonnet')('conll', 'nte', 'sub', alpha=0.5)
