"""Bayesian active learning by disagreement."""

import torch

from seqmix_plugin.functional import consensus_divergence
from seqmix_plugin.query_policies.query_policy import QueryPolicy, ScoredBatch, check_opinions


@QueryPolicy.register("bald")
class BaldPolicy(QueryPolicy):
    """
    The mutual information of a word's tag and the model's weights, from samples of the model's dropout, averaged over
    words (Gal et al. 2017): one model, asked several times.

    Registered as a `QueryPolicy` with name "bald".

    # Parameters

    num_samples : `int`, optional (default = `10`)
        Samples of dropout, at least 2.

    # Raises

    `ConfigurationError`
        When there are fewer than 2.
    """

    def __init__(self, num_samples: int = 10) -> None:
        self.num_samples = check_opinions("num_samples", num_samples)

    def score(self, batch: ScoredBatch) -> torch.Tensor:
        return consensus_divergence(batch.probabilities, batch.mask)
