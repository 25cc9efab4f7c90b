"""Maximum normalized log-probability."""

import torch

from seqmix_plugin.functional import negative_mean_log_probability
from seqmix_plugin.query_policies.candidates import ScoredBatch
from seqmix_plugin.query_policies.query_policy import QueryPolicy


@QueryPolicy.register("mnlp")
class MnlpPolicy(QueryPolicy):
    """
    Maximum normalized log-probability, γ(x) = −1/T max_y ln P(y | x): least confidence normalized by length, so that
    long sentences are not preferred (Shen et al. 2017).

    Registered as a `QueryPolicy` with name "mnlp".
    """

    def score(self, batch: ScoredBatch) -> torch.Tensor:
        path = None if batch.path_log_probability is None else batch.path_log_probability[0]
        return negative_mean_log_probability(batch.probabilities[0], batch.mask, path)
