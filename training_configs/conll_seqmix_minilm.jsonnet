// As conll_seqmix, without a hub: MiniLM and a language model fitted to the corpus.
(import 'lib/paper.libsonnet')('conll', 'nte', 'sub', source=(import 'lib/sources.libsonnet').minilm)
