"""The best of each stratum of the pool."""

import numpy as np

from seqmix_plugin.parameter_checks import at_least, one_of
from seqmix_plugin.query_policies.candidates import Candidates
from seqmix_plugin.query_policies.policy_wrapper import PolicyWrapper
from seqmix_plugin.query_policies.query_policy import QueryPolicy

BY = ("length", "position")


@QueryPolicy.register("stratified")
class StratifiedPolicy(PolicyWrapper):
    """
    Sorts the candidates, cuts them into strata of equal size, and takes the best of each by another policy, in equal
    shares. With strata by length the query has about the lengths of the pool: a score that takes long sentences, such
    as `least_confidence`, or short ones, such as `mnlp`, then compares only sentences of similar length.

    Any beginning of the query has as many sentences of each stratum, give or take one; which strata have one more is
    drawn at random.

    Registered as a `QueryPolicy` with name "stratified".

    # Parameters

    policy : `QueryPolicy`
        The policy that chooses within each stratum.
    by : `str`, optional (default = `"length"`)
        By what to sort: `"length"`, the number of words, where sentences of the same length are shuffled; or
        `"position"`, the place in the training file, so that all its parts, such as documents, have a share.
    strata : `int`, optional (default = `5`)
        Number of strata, at least 2.

    # Raises

    `ConfigurationError`
        For an unknown `by`, or `strata` below 2.
    """

    def __init__(self, policy: QueryPolicy, by: str = "length", strata: int = 5) -> None:
        super().__init__(policy)
        self.by = one_of("query_policy.by", by, BY)
        self.strata = at_least("query_policy.strata", strata, 2)

    def order(self, candidates: Candidates, size: int, rng: np.random.Generator) -> np.ndarray:
        if self.by == "length":
            everything = np.lexsort((candidates.ties, candidates.lengths))
        else:
            everything = np.arange(len(candidates)) if candidates.places is None else np.argsort(candidates.places)
        share, expected = -(-size // self.strata), -(-candidates.expected // self.strata)
        chosen, turns = [], []
        for stratum in np.array_split(everything, self.strata):
            best = self.policy.order(candidates.at(stratum, expected), min(share, len(stratum)), rng)
            chosen.append(stratum[best])
            turns.append(np.arange(len(best)))
        lots = [rng.permutation(self.strata) for _ in range(share)]
        lot = np.concatenate([[lots[turn][number] for turn in of] for number, of in enumerate(turns)])
        return np.concatenate(chosen)[np.lexsort((lot, np.concatenate(turns)))][:size]
