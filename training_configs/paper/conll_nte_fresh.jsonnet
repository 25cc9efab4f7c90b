// As conll_nte, every round trained from the pretrained weights.
(import 'conll_nte.jsonnet') + { trainer+: { reuse_model: false } }
