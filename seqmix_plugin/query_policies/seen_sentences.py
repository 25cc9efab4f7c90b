"""Which candidates are too similar to a sentence that is labelled or has been taken."""

from collections import Counter, defaultdict
from typing import DefaultDict, FrozenSet, List

import numpy as np

from seqmix_plugin.functional import Ngram, ngrams
from seqmix_plugin.query_policies.candidates import Candidates


class SeenNgrams:
    """
    The n-grams of the labelled sentences and of those that have been taken.

    # Parameters

    candidates : `Candidates`
        The candidates of a query, with the labelled sentences.
    n : `int`
        Number of words of an n-gram.
    limit : `float`
        Largest share of a candidate's n-grams that a single other sentence may have.
    """

    def __init__(self, candidates: Candidates, n: int, limit: float) -> None:
        self._candidates = candidates
        self._n = n
        self._limit = limit
        self._owners: DefaultDict[Ngram, List[int]] = defaultdict(list)
        self._number = 0
        for sentence in candidates.labelled:
            self._add(ngrams(sentence.tokens, n))

    def covers(self, place: int) -> bool:
        """Whether a candidate is too similar to another sentence."""
        own = self._of(place)
        shared = Counter(owner for one in own for owner in self._owners.get(one, ()))
        return max(shared.values(), default=0) > self._limit * len(own)

    def take(self, place: int) -> None:
        """Adds a candidate."""
        self._add(self._of(place))

    def _of(self, place: int) -> FrozenSet[Ngram]:
        return ngrams(self._candidates.sentences[place].tokens, self._n)

    def _add(self, own: FrozenSet[Ngram]) -> None:
        for one in own:
            self._owners[one].append(self._number)
        self._number += 1


class SeenVectors:
    """
    The directions of the vectors of the labelled sentences and of those that have been taken.

    # Parameters

    candidates : `Candidates`
        The candidates of a query, with their vectors and those of the labelled sentences.
    room : `int`
        How many candidates can be taken.
    limit : `float`
        Largest cosine of a candidate's vector with another one.
    """

    def __init__(self, candidates: Candidates, room: int, limit: float) -> None:
        assert candidates.vectors is not None
        self._vectors = candidates.vectors
        self._limit = limit
        labelled = self._vectors[:0] if candidates.labelled_vectors is None else candidates.labelled_vectors
        self._units = np.zeros((len(labelled) + room, self._vectors.shape[1]), dtype=np.float32)
        self._number = len(labelled)
        for place, vector in enumerate(labelled):
            self._units[place] = _unit(vector)

    def covers(self, place: int) -> bool:
        """Whether a candidate is too similar to another sentence."""
        cosines = self._units[: self._number] @ _unit(self._vectors[place])
        return float(cosines.max(initial=-1.0)) > self._limit

    def take(self, place: int) -> None:
        """Adds a candidate."""
        self._units[self._number] = _unit(self._vectors[place])
        self._number += 1


def _unit(vector: np.ndarray) -> np.ndarray:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 0 else vector
