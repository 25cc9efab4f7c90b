// Figure 3: CoNLL-2003, query by committee with sub-sequence mixup (QBC with SeqMix is ours).
(import '../lib/paper.libsonnet')('conll', 'qbc', 'sub')
