// As conll_nte, each round starts from the pretrained weights.
(import 'conll_nte.jsonnet') + { trainer+: { reuse_model: false } }
