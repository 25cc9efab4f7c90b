"""Scores that fluctuate from round to round."""

from dataclasses import replace

import numpy as np

from seqmix_plugin.functional import fluctuation
from seqmix_plugin.parameter_checks import at_least, between
from seqmix_plugin.query_policies.candidates import Candidates
from seqmix_plugin.query_policies.policy_wrapper import PolicyWrapper, that_keeps_ranks
from seqmix_plugin.query_policies.query_policy import QueryPolicy


@QueryPolicy.register("fluctuation_history")
class FluctuationHistoryPolicy(PolicyWrapper):
    """
    Ranks by w γ(x) + (1 − w) σ²(x), where γ is the score of another policy and σ² the variance of the scores that the
    sentence has had in the last rounds, this one included (Yao et al. 2020, "Looking Back on the Past"); one of the two
    best strategies in the comparison of Kohl et al. (2024), whose window and weight are the defaults.

    The scores of all candidates of a round are kept in `state/scores_<k>.npy`. A sentence that an earlier round has not
    scored, because its candidates were a sample, has a variance over fewer rounds; in the first query it is 0. The
    recorded score is that of the other policy, which also chooses, by the new ranks. A policy that changes the ranks,
    such as `length_ranked`, must be inside this one: around it, it would have no effect, and is refused, as is another
    of this kind.

    Registered as a `QueryPolicy` with name "fluctuation_history".

    # Parameters

    policy : `QueryPolicy`
        The policy that scores.
    window : `int`, optional (default = `3`)
        Number of rounds over which the variance is taken, at least 2.
    weight : `float`, optional (default = `0.5`)
        Weight w of the score of this round, from 0 to 1; 1 ranks as the other policy's scores do. Score and variance
        have the units of the other policy: where its scores are far above 1, their variance needs less weight.

    # Raises

    `ConfigurationError`
        When the other policy does not score or is of this kind, `window` is below 2, or `weight` is not from 0 to 1.
    """

    def __init__(self, policy: QueryPolicy, window: int = 3, weight: float = 0.5) -> None:
        super().__init__(that_keeps_ranks("query_policy.policy", policy))
        self.window = at_least("query_policy.window", window, 2)
        self.weight = between("query_policy.weight", weight, 0, 1)
        self.num_earlier = max(window - 1, policy.num_earlier)
        self.makes_ranks = True

    def order(self, candidates: Candidates, size: int, rng: np.random.Generator) -> np.ndarray:
        scores, earlier = candidates.scores, candidates.earlier
        if earlier is None:
            earlier = np.zeros((0, len(candidates)))
        variance = fluctuation(scores, earlier[1 - self.window :])
        ranks = self.weight * scores + (1 - self.weight) * variance
        return self.policy.order(replace(candidates, ranks=ranks), size, rng)
