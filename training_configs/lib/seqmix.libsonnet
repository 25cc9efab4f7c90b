// SeqMix with sub-sequence mixup, as the paper's appendix C.4 sets it for CoNLL-2003.
function(source, window=5, min_density=0.6, rate=0.2, alpha=8) {
  type: 'seqmix',
  rate: rate,
  alpha: alpha,
  pairing: { type: 'sub_sequence', window: window, min_density: min_density },
  embedding_table: { type: 'vocabulary' },
  discriminator: source.discriminator,
}
