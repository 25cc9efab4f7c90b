"""Least confidence."""

import torch

from seqmix_plugin.functional import least_confidence, path_least_confidence
from seqmix_plugin.query_policies.candidates import ScoredBatch
from seqmix_plugin.query_policies.query_policy import QueryPolicy


@QueryPolicy.register("least_confidence")
class LeastConfidencePolicy(QueryPolicy):
    """
    With a sequence model (CRF) γ(x) = 1 − P(y* | x), the paper's equation 1; with a model that tags each word
    independently γ(x) = Σₜ (1 − maxₘ P(yₜ = m | x)), equation 2.

    Sentences of a sequence model are ranked by −ln P(y* | x), because 1 − P(y* | x) rounds to 1 in double precision
    where −ln P(y* | x) exceeds 37.

    Registered as a `QueryPolicy` with name "least_confidence".
    """

    def score(self, batch: ScoredBatch) -> torch.Tensor:
        if batch.path_log_probability is not None:
            return path_least_confidence(batch.path_log_probability[0])
        return least_confidence(batch.probabilities[0], batch.mask)

    def rank(self, batch: ScoredBatch, score: torch.Tensor) -> torch.Tensor:
        return score if batch.path_log_probability is None else -batch.path_log_probability[0]
