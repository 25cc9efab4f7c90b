"""A few thousand sentences as arrays of numbers of their different words and tags."""

from itertools import accumulate, islice, pairwise
from typing import Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from seqmix_plugin.sentence import TaggedSentence


class Coded(NamedTuple):
    """
    Strings, many of them equal, as numbers.

    # Parameters

    names : `List[str]`
        The different strings, in the order in which they come first.
    numbers : `np.ndarray`
        The position of each string among them. Shape: `(num_strings,)`
    """

    names: List[str]
    numbers: np.ndarray

    @classmethod
    def of(cls, strings: Iterable[str]) -> "Coded":
        """The numbers of some strings."""
        every = list(strings)
        names = list(dict.fromkeys(every))
        places = {name: number for number, name in enumerate(names)}
        return cls(names, np.fromiter(map(places.__getitem__, every), np.int64, len(every)))

    def strings(self) -> List[str]:
        """All strings; equal ones are the same object."""
        return list(map(self.names.__getitem__, self.numbers.tolist()))

    def hashes(self) -> np.ndarray:
        """The hash of each string, which is another one in another process. Shape: `(num_strings,)`"""
        return np.fromiter(map(hash, self.names), np.int64, len(self.names))[self.numbers]


class SentenceBlock(NamedTuple):
    """
    Sentences without a Python object for each word, for work on all words at once.

    # Parameters

    ids : `List[str]`
        Of the sentences.
    num_words : `np.ndarray`
        Of each sentence. Shape: `(num_sentences,)`
    words : `Coded`
        All words, sentence after sentence.
    is_tagged : `np.ndarray`
        Which sentences have tags. Shape: `(num_sentences,)`
    tags : `Coded`
        The BIO tags of all words of those.
    """

    ids: List[str]
    num_words: np.ndarray
    words: Coded
    is_tagged: np.ndarray
    tags: Coded

    @classmethod
    def of(cls, sentences: Sequence[TaggedSentence]) -> "SentenceBlock":
        """The block of some sentences, without their soft labels and spaces."""
        return cls(
            [sentence.id for sentence in sentences],
            np.array([len(sentence) for sentence in sentences], dtype=np.int64),
            Coded.of(word for sentence in sentences for word in sentence.tokens),
            np.array([sentence.tags is not None for sentence in sentences], dtype=bool),
            Coded.of(tag for sentence in sentences for tag in sentence.tags or ()),
        )

    def sentences(self) -> Iterator[TaggedSentence]:
        """The sentences themselves; equal words and equal tags are the same objects."""
        ends = accumulate(self.num_words.tolist(), initial=0)
        words, tags = tuple(self.words.strings()), iter(self.tags.strings())
        shared: dict[Tuple[str, ...], Tuple[str, ...]] = {}
        for name, (start, end), tagged in zip(self.ids, pairwise(ends), self.is_tagged.tolist(), strict=True):
            own: Optional[Tuple[str, ...]] = None
            if tagged:
                found = tuple(islice(tags, end - start))
                own = shared.setdefault(found, found)
            yield TaggedSentence(name, words[start:end], own)

    def word_hashes(self) -> np.ndarray:
        """A hash of the words of each sentence. Shape: `(num_sentences,)`"""
        return hashes_of_groups(self.words.hashes(), self.num_words)

    def tag_hashes(self) -> np.ndarray:
        """A hash of the tags of each sentence, 0 for one without. Shape: `(num_sentences,)`"""
        hashes = np.zeros(len(self.ids), dtype=np.int64)
        hashes[self.is_tagged] = hashes_of_groups(self.tags.hashes(), self.num_words[self.is_tagged])
        return hashes


FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""Odd, so that no bit is lost: 2⁶⁴ divided by the golden ratio."""


def hashes_of_groups(hashes: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """
    A hash of 64 bits of each of consecutive groups of hashes: the value of a polynomial whose coefficients they are,
    and 1 more than the size.

    # Parameters

    hashes : `np.ndarray`
        Of the members. Shape: `(sum of sizes,)`
    sizes : `np.ndarray`
        How many members each group has. Shape: `(num_groups,)`
    """
    ends = np.cumsum(sizes, dtype=np.int64)
    places = np.arange(len(hashes)) - np.repeat(ends - sizes, sizes)
    powers = np.cumprod(np.full(int(sizes.max(initial=0)) + 1, FACTOR))  # modulo 2⁶⁴, as all that follows
    terms = (hashes.astype(np.int64).view(np.uint64) + FACTOR) * powers[places]
    totals = np.concatenate((np.zeros(1, np.uint64), np.cumsum(terms, dtype=np.uint64)))
    return (totals[ends] - totals[ends - sizes] + sizes.astype(np.uint64) + np.uint64(1)).view(np.int64)
