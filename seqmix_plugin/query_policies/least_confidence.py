"""Least confidence."""

import torch

from seqmix_plugin.functional import least_confidence
from seqmix_plugin.query_policies.query_policy import QueryPolicy


@QueryPolicy.register("least_confidence")
class LeastConfidencePolicy(QueryPolicy):
    """
    γ(x) = Σₜ (1 − maxₘ P(yₜ = m | x)), the paper's equation 2.

    Registered as a `QueryPolicy` with name "least_confidence".
    """

    def score(self, probabilities: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return least_confidence(probabilities, mask)
