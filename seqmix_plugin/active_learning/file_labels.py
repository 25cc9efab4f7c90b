"""The labels of a file's sentences, and which sentences occur more than once."""

from typing import NamedTuple, Optional, Sequence, Set, Tuple

import numpy as np

from seqmix_plugin.data import ArrowSentences, blocks_of
from seqmix_plugin.sentence import SentenceSource


class Repeats(NamedTuple):
    """How many different sentences occur more than once, how many of them with different tags, and two ids of such."""

    sentences: int = 0
    conflicting: int = 0
    example: Optional[Tuple[str, str]] = None


class Labels(NamedTuple):
    """
    The tags of a file's sentences and those that have a probability, the sentences that occur more than once, the id of
    the first sentence without tags, and a hash of each sentence's words, in the file's order.
    """

    tags: Set[str]
    soft: Set[str]
    repeats: Repeats = Repeats()
    untagged: Optional[str] = None
    words: Sequence[int] = ()

    @property
    def types(self) -> Set[str]:
        """The entity types of the tags."""
        return {tag[2:] for tag in self.tags if tag != "O"}


def labels_of(sentences: SentenceSource) -> Labels:
    """
    All labels of some sentences. Repeated sentences are found by hashes of 64 bits of words and tags, 16 bytes a
    sentence: that two sentences of a million share one by chance happens in one file of ten millions.
    """
    tags: Set[str] = set()
    untagged: Optional[str] = None
    hashes = [np.empty((2, 0), np.int64)]
    for block in blocks_of(sentences):
        tags.update(block.tags.names)
        hashes.append(np.stack((block.word_hashes(), block.tag_hashes())))
        if untagged is None and not block.is_tagged.all():
            untagged = block.ids[int(np.argmin(block.is_tagged))]
    words, of_tags = np.concatenate(hashes, axis=1)
    return Labels(tags, _soft_tags(sentences), _repeats(words, of_tags, sentences), untagged, words)


def _soft_tags(sentences: SentenceSource) -> Set[str]:
    """All tags that have a probability."""
    if isinstance(sentences, ArrowSentences):
        return sentences.soft_tags()
    return {tag for sentence in sentences for row in sentence.tag_distributions or () for tag in row}


def _repeats(words: np.ndarray, tags: np.ndarray, sentences: SentenceSource) -> Repeats:
    """The repeated sentences by the hashes of all sentences."""
    order = np.lexsort((tags, words))
    again = np.diff(words[order], prepend=0) == 0  # the same words as the one before
    again[:1] = False
    other = again & (np.diff(tags[order], prepend=0) != 0)
    group = np.cumsum(~again)
    conflicting, num_repeated = np.unique(group[other]), len(np.unique(group[again]))
    if len(conflicting) == 0:
        return Repeats(num_repeated)
    first = order[np.isin(group, conflicting)].min()
    equal = np.flatnonzero(words == words[first])
    second = equal[tags[equal] != tags[first]].min()
    return Repeats(num_repeated, len(conflicting), (sentences[int(first)].id, sentences[int(second)].id))
