"""Bayesian active learning by disagreement."""

import torch

from seqmix_plugin.functional import consensus_divergence
from seqmix_plugin.parameter_checks import at_least
from seqmix_plugin.query_policies.candidates import ScoredBatch
from seqmix_plugin.query_policies.query_policy import QueryPolicy


@QueryPolicy.register("bald")
class BaldPolicy(QueryPolicy):
    """
    Bayesian active learning by disagreement (Gal et al. 2017): the mutual information of a word's tag and the model's
    weights, estimated from dropout samples of one model and averaged over words.

    Registered as a `QueryPolicy` with name "bald".

    # Parameters

    num_samples : `int`, optional (default = `10`)
        Number of predictions with dropout per sentence, at least 2.

    # Raises

    `ConfigurationError`
        When `num_samples` is below 2.
    """

    def __init__(self, num_samples: int = 10) -> None:
        self.num_samples = at_least("query_policy.num_samples", num_samples, 2)

    def score(self, batch: ScoredBatch) -> torch.Tensor:
        return consensus_divergence(batch.probabilities, batch.mask)
