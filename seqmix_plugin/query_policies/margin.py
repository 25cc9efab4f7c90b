"""The margin between a word's two most probable tags."""

import torch

from seqmix_plugin.functional import over_words, word_uncertainty
from seqmix_plugin.functional.word_uncertainty import AGGREGATES
from seqmix_plugin.parameter_checks import one_of
from seqmix_plugin.query_policies.candidates import ScoredBatch
from seqmix_plugin.query_policies.query_policy import QueryPolicy


@QueryPolicy.register("margin")
class MarginPolicy(QueryPolicy):
    """
    γ(x) = 1/T Σₜ (1 − (p₁ − p₂)), where p₁ and p₂ are the probabilities of word t's two most probable tags: the mean
    margin over words of Scheffer et al. (2001). With a sequence model (CRF) they are the marginals, as there; the
    margin between the two most probable paths (Settles and Craven 2008) is another score, which is not computed.

    Registered as a `QueryPolicy` with name "margin".

    # Parameters

    aggregate : `str`, optional (default = `"mean"`)
        How the values of the words become that of the sentence: `"mean"`, or as in Şapcı et al. (2023) `"sum"`, which
        prefers long sentences, or `"max"`, the least certain word.

    # Raises

    `ConfigurationError`
        For an unknown `aggregate`.
    """

    def __init__(self, aggregate: str = "mean") -> None:
        self.aggregate = one_of("query_policy.aggregate", aggregate, AGGREGATES)

    def score(self, batch: ScoredBatch) -> torch.Tensor:
        return over_words(word_uncertainty(batch.probabilities[0], "margin"), batch.mask, self.aggregate)
