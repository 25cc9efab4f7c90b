"""Random sampling."""

from typing import Optional, Sequence

import torch

from seqmix_plugin.query_policies.query_policy import PoolScores, Predict, QueryPolicy, ScoredBatch
from seqmix_plugin.sentence import TaggedSentence


@QueryPolicy.register("random")
class RandomPolicy(QueryPolicy):
    """
    Draws sentences uniformly, without a model: the baseline.

    Registered as a `QueryPolicy` with name "random".
    """

    def score_pool(self, unlabelled: Sequence[TaggedSentence], predict: Predict) -> Optional[PoolScores]:
        return None

    def score(self, batch: ScoredBatch) -> torch.Tensor:
        return torch.zeros(len(batch.mask))
