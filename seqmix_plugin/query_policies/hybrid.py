"""Diversity among the best of another policy."""

import numpy as np
import torch

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.parameter_checks import at_least
from seqmix_plugin.query_policies.candidates import Candidates, QueryContext, ScoredBatch
from seqmix_plugin.query_policies.policy_wrapper import PolicyWrapper
from seqmix_plugin.query_policies.query_policy import QueryPolicy


@QueryPolicy.register("hybrid")
class HybridPolicy(PolicyWrapper):
    """
    Takes the best sentences by one policy, several times as many as are expected to be queried, and lets another choose
    among them: the most uncertain ones, such as those of `mnlp`, without asking the same twice, as `kmeans` does. Where
    more are asked for than those, the others follow in the order of the first policy. Both use the same predictions.

    Registered as a `QueryPolicy` with name "hybrid".

    # Parameters

    policy : `QueryPolicy`
        The policy that scores, or `random` or `length`.
    diversity : `QueryPolicy`
        The policy that chooses among the best, without scores: `kmeans`, `core_set`, `badge`, `typical`, or `random`
        as a control.
    factor : `int`, optional (default = `3`)
        How many times as many sentences the second policy chooses from as are expected to be queried, at least 1.

    # Raises

    `ConfigurationError`
        When `diversity` scores, `policy` uses vectors or predictions with dropout while `diversity` uses vectors, or
        `factor` is below 1.
    """

    def __init__(self, policy: QueryPolicy, diversity: QueryPolicy, factor: int = 3) -> None:
        super().__init__(policy)
        if diversity.has_scores:
            raise ConfigurationError(
                "query_policy.diversity scores sentences; expected a policy without scores, such as kmeans"
            )
        if policy.needs_vectors and diversity.needs_vectors:
            raise ConfigurationError(
                "query_policy.policy uses vectors, as does that of 'diversity'; expected a policy of scores alone, "
                "such as mnlp"
            )
        self.diversity = diversity
        self.factor = at_least("query_policy.factor", factor, 1)
        if diversity.needs_vectors:
            self.require_vectors()
        self.needs_labelled_vectors |= diversity.needs_labelled_vectors

    def prepare(self, context: QueryContext) -> None:
        super().prepare(context)
        self.diversity.prepare(context)

    def vectors(self, batch: ScoredBatch) -> torch.Tensor:
        return (self.diversity if self.diversity.needs_vectors else self.policy).vectors(batch)

    def order(self, candidates: Candidates, size: int, rng: np.random.Generator) -> np.ndarray:
        number = min(len(candidates), self.factor * candidates.expected)
        best = self.policy.order(candidates, min(len(candidates), max(size, number)), rng)
        top = best[:number]
        chosen = self.diversity.order(candidates.at(top, candidates.expected), min(size, number), rng)
        return np.concatenate((top[chosen], best[number:]))[:size]
