"""Random sampling."""

import numpy as np
import torch

from seqmix_plugin.query_policies.candidates import Candidates, ScoredBatch
from seqmix_plugin.query_policies.query_policy import QueryPolicy


@QueryPolicy.register("random")
class RandomPolicy(QueryPolicy):
    """
    Draws sentences uniformly, without a model: the baseline.

    Registered as a `QueryPolicy` with name "random".
    """

    has_scores = False

    def score(self, batch: ScoredBatch) -> torch.Tensor:
        return torch.zeros(len(batch.mask))

    def order(self, candidates: Candidates, size: int, rng: np.random.Generator) -> np.ndarray:
        # For all candidates, whose `ties` are a permutation, it is that permutation.
        return candidates.ties.argsort().argsort()[:size]
