// Appendix C.3 in its other reading: as conll_nte_sub, words mixed and snapped by their vectors in context.
(import 'conll_nte_sub.jsonnet') + { trainer+: { augmenter+: { embedding_table: { type: 'contextual' } } } }
