// Figure 4a: windows of s = 5 words with n = 3 valid labels (the paper's best).
(import '../lib/paper.libsonnet')('conll', 'nte', 'sub', window=5, min_valid=3)
