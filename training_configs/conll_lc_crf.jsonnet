// Equation 1: CoNLL-2003, least confidence of a tagger with a CRF.
(import 'lib/paper.libsonnet')('conll', 'lc') + { model+: { head: { type: 'crf' } } }
