"""The abstract policy around another one."""

import torch

from seqmix_plugin.query_policies.candidates import QueryContext, ScoredBatch
from seqmix_plugin.query_policies.query_policy import QueryPolicy


class PolicyWrapper(QueryPolicy):
    """
    A policy that scores as another one does, and chooses in a way of its own.

    # Parameters

    policy : `QueryPolicy`
        The other policy.
    """

    def __init__(self, policy: QueryPolicy) -> None:
        self.policy = policy
        self.committee_size = policy.committee_size
        self.num_samples = policy.num_samples
        self.has_scores = policy.has_scores
        self.needs_vectors = policy.needs_vectors
        self.needs_labelled_vectors = policy.needs_labelled_vectors

    def prepare(self, context: QueryContext) -> None:
        self.policy.prepare(context)

    def score(self, batch: ScoredBatch) -> torch.Tensor:
        return self.policy.score(batch)

    def rank(self, batch: ScoredBatch, score: torch.Tensor) -> torch.Tensor:
        return self.policy.rank(batch, score)

    def vectors(self, batch: ScoredBatch) -> torch.Tensor:
        return self.policy.vectors(batch)
