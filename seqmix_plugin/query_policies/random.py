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
        # All candidates have a permutation as `ties`, which is the query. Some of them may be sorted by their ties, as
        # those of the same length in `stratified` are, so that another permutation is drawn.
        ties = candidates.ties
        is_whole = int(ties.max(initial=-1)) + 1 == len(ties)
        return (ties if is_whole else rng.permutation(len(ties)))[:size]
