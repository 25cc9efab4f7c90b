"""No sentence that is nearly the same as another one."""

from typing import List, Optional, Union

import numpy as np

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.parameter_checks import at_least, between
from seqmix_plugin.query_policies.candidates import Candidates
from seqmix_plugin.query_policies.policy_wrapper import PolicyWrapper
from seqmix_plugin.query_policies.query_policy import QueryPolicy
from seqmix_plugin.query_policies.seen_sentences import SeenNgrams, SeenVectors

LOOK_AHEAD = 10
"""How many times as many sentences are looked at as are asked for."""


@QueryPolicy.register("without_redundancy")
class WithoutRedundancyPolicy(PolicyWrapper):
    """
    Walks through the sentences in the order of another policy and skips those that are too similar to one that is
    labelled or has been taken: the idea of Active² (Hazra et al. 2021), with n-grams or cosines in place of a learned
    similarity. When ten times as many sentences as are asked for have been looked at, or there are no more, those that
    were skipped follow in their order.

    Registered as a `QueryPolicy` with name "without_redundancy".

    # Parameters

    policy : `QueryPolicy`
        The policy whose order is followed. As the policy of another wrapper, such as `stratified`, this one sees only
        its part of the candidates; so it should be the outermost.
    ngram : `int`, optional (default = `3`)
        Number of words of the n-grams that are compared, in lower case, at least 1.
    max_overlap : `float`, optional (default = `0.5`)
        Largest share of a sentence's n-grams that a single other sentence may have; `None` compares no n-grams.
    max_cosine : `float`, optional (default = `None`)
        Largest cosine of a sentence's vector with another one's; `None` compares no vectors. The vectors are those that
        the policy uses, if it does, and otherwise the means of the vectors from which the model predicts the words'
        tags.

    # Raises

    `ConfigurationError`
        When a value is out of its range, nothing is compared, or vectors are compared and the policy uses predictions
        with dropout.
    """

    def __init__(
        self,
        policy: QueryPolicy,
        ngram: int = 3,
        max_overlap: Optional[float] = 0.5,
        max_cosine: Optional[float] = None,
    ) -> None:
        super().__init__(policy)
        self.ngram = at_least("query_policy.ngram", ngram, 1)
        if max_overlap is None and max_cosine is None:
            raise ConfigurationError("query_policy takes 'max_overlap', 'max_cosine' or both; given: neither")
        self.max_overlap = None if max_overlap is None else between("query_policy.max_overlap", max_overlap, 0, 1)
        self.max_cosine = None if max_cosine is None else between("query_policy.max_cosine", max_cosine, 0, 1)
        if max_cosine is not None:
            self.require_vectors()
            self.needs_labelled_vectors = True

    def order(self, candidates: Candidates, size: int, rng: np.random.Generator) -> np.ndarray:
        order = self.policy.order(candidates, min(len(candidates), LOOK_AHEAD * size), rng).tolist()
        seen: List[Union[SeenNgrams, SeenVectors]] = []
        if self.max_overlap is not None:
            seen.append(SeenNgrams(candidates, self.ngram, self.max_overlap))
        if self.max_cosine is not None:
            seen.append(SeenVectors(candidates, size, self.max_cosine))
        kept: List[int] = []
        skipped: List[int] = []
        for place in order:
            if len(kept) == size:
                break
            if any(one.covers(place) for one in seen):
                skipped.append(place)
                continue
            kept.append(place)
            for one in seen:
                one.take(place)
        return np.array([*kept, *skipped][:size], dtype=int)
