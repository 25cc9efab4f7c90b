"""The abstract pairing function and the drawing of pairs."""

from abc import abstractmethod
from typing import Iterator, NamedTuple, Sequence, Set, Tuple

import numpy as np
from allennlp.common import Registrable

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


def draw_pairs(size: int, rng: np.random.Generator) -> Iterator[Tuple[int, int]]:
    """
    All pairs i < j of `size` things, uniformly and without replacement, without a pass over all of them: numbers of
    pairs are drawn and repeats rejected until half are gone; only then is the rest listed and shuffled.

    # Parameters

    size : `int`
        How many things there are.
    rng : `np.random.Generator`
        The source of randomness.
    """
    # Pair number p belongs to the i with starts[i] <= p < starts[i + 1].
    starts = np.concatenate(([0], np.cumsum(np.arange(size - 1, 0, -1)))) if size > 1 else np.zeros(1, dtype=np.int64)
    total = int(starts[-1])

    def decode(number: int) -> Tuple[int, int]:
        i = int(np.searchsorted(starts, number, side="right")) - 1
        return i, i + 1 + number - int(starts[i])

    drawn: Set[int] = set()
    while len(drawn) < total // 2:
        number = int(rng.integers(total))
        if number not in drawn:
            drawn.add(number)
            yield decode(number)
    rest = np.array([number for number in range(total) if number not in drawn], dtype=np.int64)
    for number in rng.permutation(rest):
        yield decode(int(number))
