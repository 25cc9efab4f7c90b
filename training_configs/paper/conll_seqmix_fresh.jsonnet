// As conll_seqmix, each round starts from the pretrained weights.
(import '../conll_seqmix.jsonnet') + { trainer+: { reuse_model: false } }
