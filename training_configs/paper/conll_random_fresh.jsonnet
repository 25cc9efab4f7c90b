// As conll_random, every round trained from the pretrained weights.
(import 'conll_random.jsonnet') + { trainer+: { reuse_model: false } }
