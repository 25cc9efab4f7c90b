"""Random sampling."""

from typing import Optional, Sequence

import numpy as np
import torch

from seqmix_plugin.query_policies.query_policy import Predict, QueryPolicy
from seqmix_plugin.sentence import TaggedSentence


@QueryPolicy.register("random")
class RandomPolicy(QueryPolicy):
    """
    Draws sentences uniformly: the baseline. Asks no model.

    Registered as a `QueryPolicy` with name "random".
    """

    def score_pool(self, unlabelled: Sequence[TaggedSentence], predict: Predict) -> Optional[np.ndarray]:
        return None

    def score(self, probabilities: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return torch.zeros(len(mask))
