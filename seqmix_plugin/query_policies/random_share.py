"""A share of each query at random."""

from dataclasses import replace

import numpy as np

from seqmix_plugin.functional import evenly_spread, interleaved
from seqmix_plugin.parameter_checks import between
from seqmix_plugin.query_policies.candidates import Candidates
from seqmix_plugin.query_policies.policy_wrapper import PolicyWrapper
from seqmix_plugin.query_policies.query_policy import QueryPolicy


@QueryPolicy.register("random_share")
class RandomSharePolicy(PolicyWrapper):
    """
    Draws a share of each query uniformly from the candidates, and takes the others by another policy, so that what is
    labelled also shows what the model is sure of, rightly or not. Any beginning of the query has the share, give or
    take one.

    Registered as a `QueryPolicy` with name "random_share".

    # Parameters

    policy : `QueryPolicy`
        The policy that chooses the other sentences.
    share : `float`, optional (default = `0.2`)
        Share of a query that is drawn, from 0 to 1.

    # Raises

    `ConfigurationError`
        When `share` is not from 0 to 1.
    """

    def __init__(self, policy: QueryPolicy, share: float = 0.2) -> None:
        super().__init__(policy)
        self.share = between("query_policy.share", share, 0, 1)

    def order(self, candidates: Candidates, size: int, rng: np.random.Generator) -> np.ndarray:
        drawn = evenly_spread(size, self.share, rng.random())
        expected = int((~drawn[: candidates.expected]).sum())
        best = self.policy.order(replace(candidates, expected=max(1, expected)), size, rng)
        return interleaved(best, rng.permutation(len(candidates))[:size], drawn)
