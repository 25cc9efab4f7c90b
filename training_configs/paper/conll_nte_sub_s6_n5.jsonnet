// Figure 4a: windows of s = 6 words with n = 5 valid labels (the paper found too few candidates).
(import '../lib/paper.libsonnet')('conll', 'nte', 'sub', window=6, min_valid=5)
