"""Normalized token entropy."""

import torch

from seqmix_plugin.functional import normalized_token_entropy
from seqmix_plugin.query_policies.candidates import ScoredBatch
from seqmix_plugin.query_policies.query_policy import QueryPolicy


@QueryPolicy.register("normalized_token_entropy")
class NormalizedTokenEntropyPolicy(QueryPolicy):
    """
    γ(x) = −1/T Σₜ Σₘ P(yₜ = m | x) ln P(yₜ = m | x), the paper's equation 3: the mean entropy of a word's tag.

    Registered as a `QueryPolicy` with name "normalized_token_entropy".
    """

    def score(self, batch: ScoredBatch) -> torch.Tensor:
        return normalized_token_entropy(batch.probabilities[0], batch.mask)
