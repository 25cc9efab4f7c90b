// Figure 4a: windows of s = 4 words with n = 2 valid labels (this combination is ours).
(import '../lib/paper.libsonnet')('conll', 'nte', 'sub', window=4, min_valid=2)
