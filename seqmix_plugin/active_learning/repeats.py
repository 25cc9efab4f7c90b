"""Sentences that stand in a file, or in several, more than once."""

from array import array
from typing import NamedTuple, Optional, Sequence, Tuple

import numpy as np

from seqmix_plugin.sentence import SentenceSource, TaggedSentence


class Repeats(NamedTuple):
    """
    # Parameters

    sentences : `int`, optional (default = `0`)
        How many different sentences occur more than once.
    conflicting : `int`, optional (default = `0`)
        How many of them do not have the same tags everywhere.
    example : `Tuple[str, str]`, optional (default = `None`)
        The ids of the first sentence with other tags somewhere, and of that place.
    """

    sentences: int = 0
    conflicting: int = 0
    example: Optional[Tuple[str, str]] = None


class RepeatCounter:
    """
    Holds 16 bytes a sentence: hashes of 64 bits of its words and of its tags. That two sentences of a million share one
    by chance happens in one file of ten millions.
    """

    def __init__(self) -> None:
        self.words = array("q")
        """The hash of each sentence's words, in the file's order."""
        self._tags = array("q")

    def add(self, sentence: TaggedSentence) -> None:
        """Takes a file's next sentence into account."""
        self.words.append(hash(sentence.tokens))
        self._tags.append(hash(sentence.tags))

    def count(self, sentences: SentenceSource) -> Repeats:
        """What there was among `sentences`, all of which were added in their order."""
        words, tags = (np.array(hashes, dtype=np.int64) for hashes in (self.words, self._tags))
        order = np.lexsort((tags, words))
        again = np.diff(words[order], prepend=0) == 0  # the same words as the one before
        again[:1] = False
        other = again & (np.diff(tags[order], prepend=0) != 0)
        group = np.cumsum(~again)
        conflicting = np.unique(group[other])
        if len(conflicting) == 0:
            return Repeats(len(np.unique(group[again])))
        first = order[np.isin(group, conflicting)].min()
        equal = np.flatnonzero(words == words[first])
        second = equal[tags[equal] != tags[first]].min()
        example = sentences[int(first)].id, sentences[int(second)].id
        return Repeats(len(np.unique(group[again])), len(conflicting), example)


def leaked(words: Sequence[int], known: Sequence[Sequence[int]]) -> np.ndarray:
    """The positions of a file's sentences that also stand in others, all by the hashes of their words."""
    return np.flatnonzero(np.isin(words, np.concatenate([np.empty(0, np.int64), *known])))
