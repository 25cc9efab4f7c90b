"""The abstract pairing function and the drawing of pairs."""

import math
from abc import abstractmethod
from typing import Iterator, NamedTuple, Sequence, Set, Tuple

import numpy as np
from allennlp.common import Registrable

from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.sentence import TaggedSentence


class Pair(NamedTuple):
    """
    Two windows of one length in two sentences.

    # Parameters

    first, second : `int`
        Positions of the two sentences, i and j.
    first_start, second_start : `int`
        Where the windows begin.
    length : `int`
        Words in each window.
    """

    first: int
    first_start: int
    second: int
    second_start: int
    length: int


class Pairing(Registrable):
    """
    ζ: finds windows to be mixed. Everything after that, mixing, snapping, label mixing, replacing and filtering, is the
    same for every pairing.
    """

    default_implementation = "sub_sequence"

    def of_round(self, labelled: Sequence[TaggedSentence], workbench: Workbench) -> Iterator[Pair]:
        """The round's pairs, of words that are trained on: what is past the reader's `max_length` does not count."""
        return self.pairs(workbench.reader.kept(labelled), workbench.generator("pairs"))

    @abstractmethod
    def pairs(self, labelled: Sequence[TaggedSentence], rng: np.random.Generator) -> Iterator[Pair]:
        """
        Yields eligible pairs in random order until there are no more; lazily, so that few wanted cost little.

        # Parameters

        labelled : `Sequence[TaggedSentence]`
            Sentences with tags.
        rng : `np.random.Generator`
            The source of randomness.
        """


def draw_pairs(sizes: Sequence[int], rng: np.random.Generator) -> Iterator[Tuple[int, int, int]]:
    """
    All pairs i < j inside groups, uniformly over the pairs of all groups and without replacement, without a pass over
    all of them: numbers of pairs are drawn and repeats rejected until half are gone; only then is the rest listed and
    shuffled.

    # Parameters

    sizes : `Sequence[int]`
        How many things there are in each group.
    rng : `np.random.Generator`
        The source of randomness.

    # Returns

    `Iterator[Tuple[int, int, int]]`
        Group, i and j.
    """
    # Pair number p belongs to the group with ends[group - 1] <= p < ends[group].
    ends = np.cumsum([size * (size - 1) // 2 for size in sizes], dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0

    def decode(number: int) -> Tuple[int, int, int]:
        group = int(np.searchsorted(ends, number, side="right"))
        return group, *_unrank(number - (int(ends[group - 1]) if group else 0))

    drawn: Set[int] = set()
    while len(drawn) < total // 2:
        number = int(rng.integers(total))
        if number not in drawn:
            drawn.add(number)
            yield decode(number)
    rest = np.array([number for number in range(total) if number not in drawn], dtype=np.int64)
    for number in rng.permutation(rest):
        yield decode(int(number))


def _unrank(number: int) -> Tuple[int, int]:
    """The pair i < j with this number, when pairs are numbered by j and then by i: j (j − 1) / 2 + i."""
    j = (1 + math.isqrt(1 + 8 * number)) // 2
    return number - j * (j - 1) // 2, j
