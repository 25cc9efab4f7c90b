"""The abstract pairing function ζ and the drawing of pairs."""

import math
from abc import abstractmethod
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Sequence, Set, Tuple

import numpy as np
from allennlp.common import Registrable

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.sentence import TaggedSentence


class WindowPair(NamedTuple):
    """
    Two windows of one length in two sentences.

    # Parameters

    first, second : `int`
        Indices i and j of the two sentences.
    first_start, second_start : `int`
        Index of the first word of each window.
    length : `int`
        Number of words in each window.
    """

    first: int
    first_start: int
    second: int
    second_start: int
    length: int


class Pairing(Registrable):
    """
    Pairing function ζ: selects the windows to mix. All later steps of SeqMix (mixing, nearest words, label mixing,
    replacing and filtering) are the same for every pairing.
    """

    default_implementation = "sub_sequence"
    entity_borders: bool = False
    """Whether its windows cut no entity."""

    def of_round(self, labelled: Sequence[TaggedSentence], context: AugmentationContext) -> Iterator[WindowPair]:
        """
        The pairs of a round. Words past the reader's `max_length` are left out, as the model does not see them; where
        windows cut no entity, with the words before them of the same entity.
        """
        visible = context.reader.truncated(labelled)
        if self.entity_borders:
            visible = [_without_cut_entity(*pair) for pair in zip(visible, labelled, strict=True)]
        return self.pairs(visible, context.generator("pairs"))

    @abstractmethod
    def pairs(self, labelled: Sequence[TaggedSentence], rng: np.random.Generator) -> Iterator[WindowPair]:
        """
        Yields eligible pairs in random order until there are no more, lazily, so that a few pairs cost little.

        # Parameters

        labelled : `Sequence[TaggedSentence]`
            Sentences with tags.
        rng : `np.random.Generator`
            Random generator.
        """


def _without_cut_entity(visible: TaggedSentence, whole: TaggedSentence) -> TaggedSentence:
    """The first words of a sentence without the beginning of an entity that goes on after them."""
    end, tags = len(visible), whole.tags or ()
    if end >= len(tags) or not tags[end].startswith("I-"):
        return visible
    while tags[end].startswith("I-"):
        end -= 1
    return whole.first(end)


def draw_pairs(sizes: Sequence[int], rng: np.random.Generator) -> Iterator[Tuple[int, int, int]]:
    """
    Draws all pairs i < j within groups, uniformly over the pairs of all groups and without replacement. Pair numbers
    are drawn and repeats rejected until half are used; only then are the remaining ones listed and shuffled, so that
    drawing a few pairs needs no pass over all.

    # Parameters

    sizes : `Sequence[int]`
        Number of members of each group.
    rng : `np.random.Generator`
        Random generator.

    # Returns

    `Iterator[Tuple[int, int, int]]`
        Index of the group, i and j.
    """
    # WindowPair number p belongs to the group with ends[group - 1] <= p < ends[group].
    ends = np.cumsum([size * (size - 1) // 2 for size in sizes], dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0

    def decode(number: int) -> Tuple[int, int, int]:
        group = int(np.searchsorted(ends, number, side="right"))
        number -= int(ends[group - 1]) if group else 0
        j = (1 + math.isqrt(1 + 8 * number)) // 2  # within a group, the pair i < j has number j (j − 1) / 2 + i
        return group, number - j * (j - 1) // 2, j

    drawn: Set[int] = set()
    while len(drawn) < total // 2:
        number = int(rng.integers(total))
        if number not in drawn:
            drawn.add(number)
            yield decode(number)
    rest = np.array([number for number in range(total) if number not in drawn], dtype=np.int64)
    for number in rng.permutation(rest):
        yield decode(int(number))


def draw_matching_pairs(
    starts: Sequence[Mapping[Any, Sequence[int]]], rng: np.random.Generator
) -> Iterator[Tuple[Any, int, int, int, int]]:
    """
    Draws all pairs i < j of sentences that share a key, uniformly and without replacement, and of each one of the
    matching pairs of windows, uniformly. Sentences are grouped by their keys, which avoids a pass over all pairs.

    # Parameters

    starts : `Sequence[Mapping[Any, Sequence[int]]]`
        The starts of each sentence's windows by key, such as their labels; keys can be sorted.
    rng : `np.random.Generator`
        Random generator.

    # Returns

    `Iterator[Tuple[Any, int, int, int, int]]`
        The key, i, the start of its window, j and the start of its window.
    """
    groups: Dict[Any, List[int]] = {}
    for position, by_key in enumerate(starts):
        for key in by_key:
            groups.setdefault(key, []).append(position)
    keys = sorted(groups)
    for group, i, j in draw_pairs([len(groups[key]) for key in keys], rng):
        first, second = groups[keys[group]][i], groups[keys[group]][j]
        shared = sorted(starts[first].keys() & starts[second].keys())
        # Sentences that share several keys are in several groups but count in the first only.
        if shared[0] != keys[group]:
            continue
        matching = [(key, a, b) for key in shared for a in starts[first][key] for b in starts[second][key]]
        key, first_start, second_start = matching[int(rng.integers(len(matching)))]
        yield key, first, first_start, second, second_start
