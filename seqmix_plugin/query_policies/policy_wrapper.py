"""The abstract policy around another one."""

import torch

from seqmix_plugin.errors import ConfigurationError
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
        self.num_earlier = policy.num_earlier
        self.makes_ranks = policy.makes_ranks

    def require_vectors(self) -> None:
        """
        States that sentences need vectors; a `ConfigurationError` when the other policy asks for predictions with
        dropout, because vectors are those without.
        """
        if self.policy.num_samples > 0:
            raise ConfigurationError(
                "query_policy.policy scores predictions with dropout, which give no vectors; expected a policy that "
                "scores those without, such as mnlp"
            )
        self.needs_vectors = True

    def prepare(self, context: QueryContext) -> None:
        self.policy.prepare(context)

    def score(self, batch: ScoredBatch) -> torch.Tensor:
        return self.policy.score(batch)

    def rank(self, batch: ScoredBatch, score: torch.Tensor) -> torch.Tensor:
        return self.policy.rank(batch, score)

    def vectors(self, batch: ScoredBatch) -> torch.Tensor:
        return self.policy.vectors(batch)


def with_scores(key: str, policy: QueryPolicy) -> QueryPolicy:
    """The policy itself; raises a `ConfigurationError` when it does not score sentences."""
    if not policy.has_scores:
        raise ConfigurationError(
            f"{key} is a {type(policy).__name__}, which has no scores; expected a policy with scores, such as 'mnlp'"
        )
    return policy


def that_keeps_ranks(key: str, policy: QueryPolicy) -> QueryPolicy:
    """The policy itself; raises a `ConfigurationError` when it does not score, or ranks without what is around it."""
    if with_scores(key, policy).makes_ranks:
        raise ConfigurationError(
            f"{key} is a {type(policy).__name__}, which makes ranks of its own; expected this policy inside of that one"
        )
    return policy
