"""The pairing of sub-sequence mixup."""

from typing import Iterator, Sequence

import numpy as np

from seqmix_plugin.augmenters.pairing.pairing import Pairing, WindowPair, draw_pairs
from seqmix_plugin.functional import eligible_windows, whole_entity_windows
from seqmix_plugin.parameter_checks import at_least, between
from seqmix_plugin.sentence import TaggedSentence


@Pairing.register("sub_sequence")
class SubSequencePairing(Pairing):
    """
    Pairs two windows of s words, each with valid label density η ≥ η₀ (the paper's section 3.2). Every window of every
    sentence is a candidate. Pairs of sentences are drawn uniformly without replacement among the sentences that have an
    eligible window, then one eligible window of each sentence uniformly.

    Registered as a `Pairing` with name "sub_sequence".

    # Parameters

    window : `int`, optional (default = `5`)
        Window length s in words, at least 1.
    min_density : `float`, optional (default = `0.6`)
        Smallest valid label density η₀ of a window, from 0 to 1.
    entity_borders : `bool`, optional (default = `False`)
        Whether to leave out windows that cut an entity; not in the paper.

    # Raises

    `ConfigurationError`
        When a value is out of its range.
    """

    def __init__(self, window: int = 5, min_density: float = 0.6, entity_borders: bool = False) -> None:
        self.window = at_least("pairing.window", window, 1)
        self.min_density = between("pairing.min_density", min_density, 0, 1)
        self.entity_borders = entity_borders

    def starts(self, tags: Sequence[str]) -> np.ndarray:
        """The starts of the eligible windows of a sentence with these BIO tags, in order. Shape: `(num_windows,)`"""
        starts = eligible_windows([tag != "O" for tag in tags], self.window, self.min_density)
        return np.intersect1d(starts, whole_entity_windows(tags, self.window)) if self.entity_borders else starts

    def pairs(self, labelled: Sequence[TaggedSentence], rng: np.random.Generator) -> Iterator[WindowPair]:
        starts = [(position, self.starts(sentence.tags or ())) for position, sentence in enumerate(labelled)]
        candidates = [(position, some) for position, some in starts if len(some)]
        for _, i, j in draw_pairs([len(candidates)], rng):
            (first, first_starts), (second, second_starts) = candidates[i], candidates[j]
            # The same draws as `rng.choice`, of which most of the time is spent on checks.
            first_start = first_starts[rng.integers(len(first_starts))]
            second_start = second_starts[rng.integers(len(second_starts))]
            yield WindowPair(first, int(first_start), second, int(second_start), self.window)
