"""Selected sentences of a larger source."""

from itertools import compress
from typing import Any, Iterator, Sequence

import numpy as np

from seqmix_plugin.sentence import SentenceSource, TaggedSentence

RANDOM_ACCESS_COSTS = 8
"""Roughly how many sentences a source yields in order in the time in which it yields a single one."""


class SentenceView(Sequence[TaggedSentence]):
    """
    Selected sentences of a source, in any order. None is kept: each is read from the source when it is accessed.

    # Parameters

    source : `SentenceSource`
        All sentences.
    positions : `np.ndarray`
        The positions of the selected ones. Shape: `(num_sentences,)`
    hide_labels : `bool`, optional (default = `False`)
        Return them without their labels.
    """

    def __init__(self, source: SentenceSource, positions: np.ndarray, hide_labels: bool = False) -> None:
        if isinstance(source, SentenceView):  # views are not nested
            positions, hide_labels = source.positions[positions], hide_labels or source.hide_labels
            source = source.source
        self.source: SentenceSource = source
        self.positions: np.ndarray = positions
        self.hide_labels: bool = hide_labels

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return SentenceView(self.source, self.positions[index], self.hide_labels)
        return self._shown(self.source[int(self.positions[index])])

    def __iter__(self) -> Iterator[TaggedSentence]:
        return map(self._shown, self._sentences())

    def _sentences(self) -> Iterator[TaggedSentence]:
        ascending = bool((np.diff(self.positions) > 0).all())
        if not ascending or RANDOM_ACCESS_COSTS * len(self) < len(self.source):
            return (self.source[position] for position in self.positions.tolist())
        inside = np.zeros(len(self.source), dtype=bool)
        inside[self.positions] = True
        return compress(self.source, inside.tolist())

    def sampled(self, size: int, rng: np.random.Generator) -> "SentenceView":
        """Up to `size` of the sentences, drawn at random, in their order."""
        if size >= len(self):
            return self
        return SentenceView(self, np.sort(rng.choice(len(self), size, replace=False)))

    def _shown(self, sentence: TaggedSentence) -> TaggedSentence:
        return sentence.without_labels() if self.hide_labels else sentence
