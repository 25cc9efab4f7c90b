// As conll_random, each round starts from the pretrained weights.
(import 'conll_random.jsonnet') + { trainer+: { reuse_model: false } }
