// As conll_seqmix, every round trained from the pretrained weights.
(import '../conll_seqmix.jsonnet') + { trainer+: { reuse_model: false } }
