"""Rank of the score among sentences of similar length."""

from dataclasses import replace

import numpy as np

from seqmix_plugin.functional import rank_among_nearest
from seqmix_plugin.parameter_checks import at_least
from seqmix_plugin.query_policies.candidates import Candidates
from seqmix_plugin.query_policies.policy_wrapper import PolicyWrapper, that_keeps_ranks
from seqmix_plugin.query_policies.query_policy import QueryPolicy


@QueryPolicy.register("length_ranked")
class LengthRankedPolicy(PolicyWrapper):
    """
    Replaces the score of another policy by its percentile among the candidates of the nearest lengths; the other policy
    then chooses by this rank. The query has about the lengths of the pool, whatever the score's distribution at each
    length; unlike in `stratified`, no sentence is compared with a much longer one. The recorded score is the other
    policy's.

    Registered as a `QueryPolicy` with name "length_ranked".

    # Parameters

    policy : `QueryPolicy`
        The policy that scores.
    neighbours : `int`, optional (default = `101`)
        Number of candidates among which a score is ranked, itself included, at least 2. About one in `neighbours`
        candidates has the highest rank, and which of them are taken first is drawn at random: raise it where the
        candidates are many more than `neighbours` times the sentences of a query. Fewer neighbours are nearer in
        length.

    # Raises

    `ConfigurationError`
        For `neighbours` below 2, a `policy` without scores, or one such as `fluctuation_history` that makes ranks
        of its own.
    """

    def __init__(self, policy: QueryPolicy, neighbours: int = 101) -> None:
        super().__init__(that_keeps_ranks("query_policy.policy", policy))
        self.neighbours = at_least("query_policy.neighbours", neighbours, 2)

    def order(self, candidates: Candidates, size: int, rng: np.random.Generator) -> np.ndarray:
        ranks = rank_among_nearest(candidates.ranks, candidates.lengths, candidates.ties, self.neighbours)
        return self.policy.order(replace(candidates, ranks=ranks), size, rng)
