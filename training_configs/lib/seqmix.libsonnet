// SeqMix with the settings of the paper's appendix C.4: window s and η₀ of the corpus, rate 0.2, α = 8, perplexity in (0, 500).
function(
  source,  // an object of sources.libsonnet
  data,  // one of its corpora
  pairing=null,  // default: sub_sequence
  rate=0.2,
  alpha=8,
  upper=500,  // upper bound of the perplexity; null is ∞
)
  {
    type: 'seqmix',
    rate: rate,
    alpha: alpha,
    pairing: if pairing != null then pairing else { type: 'sub_sequence', window: data.window, min_density: data.min_density },
    embedding_table: { type: 'vocabulary' },
    discriminator: source.discriminator(upper),
  }
