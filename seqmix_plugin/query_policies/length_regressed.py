"""Score minus what is expected at the sentence's length."""

from dataclasses import replace

import numpy as np

from seqmix_plugin.functional import regressed_on_length
from seqmix_plugin.query_policies.candidates import Candidates
from seqmix_plugin.query_policies.policy_wrapper import PolicyWrapper, that_keeps_ranks
from seqmix_plugin.query_policies.query_policy import QueryPolicy


@QueryPolicy.register("length_regressed")
class LengthRegressedPolicy(PolicyWrapper):
    """
    Replaces the score of another policy by the residual of a least squares regression of the scores on 1, T and ln T,
    where T is the number of words; the other policy then chooses by this rank. Three coefficients can be fitted to a
    few dozen candidates; `length_ranked` assumes nothing about how score and length depend on each other, and needs
    more candidates. The recorded score is the other policy's.

    Registered as a `QueryPolicy` with name "length_regressed".

    # Parameters

    policy : `QueryPolicy`
        The policy that scores.
    standardized : `bool`, optional (default = `True`)
        Whether residuals are divided by the mean absolute residual at the length, which is fitted in the same way. A
        query takes extreme scores, and these come from the lengths whose scores vary most: without it, short sentences
        with a mean over words, and long ones with a sum.

    # Raises

    `ConfigurationError`
        For a `policy` without scores, or one such as `fluctuation_history` that makes ranks of its own.
    """

    def __init__(self, policy: QueryPolicy, standardized: bool = True) -> None:
        super().__init__(that_keeps_ranks("query_policy.policy", policy))
        self.standardized = standardized

    def order(self, candidates: Candidates, size: int, rng: np.random.Generator) -> np.ndarray:
        ranks = regressed_on_length(candidates.ranks, candidates.lengths, self.standardized)
        return self.policy.order(replace(candidates, ranks=ranks), size, rng)
