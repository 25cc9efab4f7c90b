"""Uncertainty that counts more for words of rare tags."""

from collections import Counter
from itertools import chain

import torch

from seqmix_plugin.functional import inverse_frequency_weights, over_words, word_uncertainty
from seqmix_plugin.functional.word_uncertainty import AGGREGATES, MEASURES
from seqmix_plugin.parameter_checks import above_zero, one_of
from seqmix_plugin.query_policies.candidates import QueryContext, ScoredBatch
from seqmix_plugin.query_policies.query_policy import QueryPolicy


@QueryPolicy.register("inverse_tag_frequency")
class InverseTagFrequencyPolicy(QueryPolicy):
    """
    γ(x) = Σₜ w(ŷₜ) u(yₜ): the uncertainty u of each word, weighted by the inverse smoothed frequency
    w(k) = 1 / (fₖ + β) of its predicted tag ŷₜ, where fₖ is the share of tag k among the labelled words (Luo et al.
    2023, "Re-weighting Tokens", where the weights are 1 / (mₖ + β m), which gives the same order). Words that are
    predicted to be outside of entities, most of all, hardly count. With a sequence model (CRF) u is of the marginals
    and ŷₜ of the most probable path.

    Registered as a `QueryPolicy` with name "inverse_tag_frequency".

    # Parameters

    uncertainty : `str`, optional (default = `"least_confidence"`)
        The uncertainty of a word: `"least_confidence"`, `"margin"` or `"entropy"`.
    smoothing : `float`, optional (default = `0.1`)
        The β above, more than 0. A tag without a labelled word has the weight 1 / β, and with a large value all weigh
        the same.
    aggregate : `str`, optional (default = `"sum"`)
        How the values of the words become that of the sentence: `"sum"`, which prefers long sentences, `"mean"` or
        `"max"`.

    # Raises

    `ConfigurationError`
        For an unknown `uncertainty` or `aggregate`, or a `smoothing` that is not above 0.
    """

    def __init__(self, uncertainty: str = "least_confidence", smoothing: float = 0.1, aggregate: str = "sum") -> None:
        self.uncertainty = one_of("query_policy.uncertainty", uncertainty, MEASURES)
        self.smoothing = above_zero("query_policy.smoothing", smoothing)
        self.aggregate = one_of("query_policy.aggregate", aggregate, AGGREGATES)
        self._weights = torch.zeros(0)  # until a query names the tags. Shape: (num_tags,)

    def prepare(self, context: QueryContext) -> None:
        counts = Counter(chain.from_iterable(sentence.tags or () for sentence in context.labelled))
        self._weights = inverse_frequency_weights(torch.tensor([counts[tag] for tag in context.tags]), self.smoothing)

    def score(self, batch: ScoredBatch) -> torch.Tensor:
        weights = self._weights.to(batch.mask.device)[batch.votes[0]]  # Shape: (batch_size, num_tokens)
        return over_words(
            weights * word_uncertainty(batch.probabilities[0], self.uncertainty), batch.mask, self.aggregate
        )
