// Figure 4a: windows of s = 5 words with n = 4 valid labels (this combination is ours).
(import '../lib/paper.libsonnet')('conll', 'nte', 'sub', window=5, min_valid=4)
