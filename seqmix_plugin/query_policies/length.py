"""The longest sentences."""

import numpy as np
import torch

from seqmix_plugin.query_policies.candidates import Candidates, ScoredBatch
from seqmix_plugin.query_policies.query_policy import QueryPolicy


@QueryPolicy.register("length")
class LengthPolicy(QueryPolicy):
    """
    The longest sentences, without a model. As the policy of a `hybrid` whose diversity is `typical` it chooses typical
    ones of the longest sentences, for a seed set for example.

    Registered as a `QueryPolicy` with name "length".
    """

    has_scores = False

    def score(self, batch: ScoredBatch) -> torch.Tensor:
        return torch.zeros(len(batch.mask), device=batch.mask.device)

    def order(self, candidates: Candidates, size: int, rng: np.random.Generator) -> np.ndarray:
        return np.lexsort((candidates.ties, -candidates.lengths))[:size]
