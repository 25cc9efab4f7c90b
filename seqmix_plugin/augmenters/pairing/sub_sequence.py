"""Sub-sequence mixup's pairing."""

from typing import Iterator, Sequence

import numpy as np

from seqmix_plugin.augmenters.pairing.pairing import Pair, Pairing, draw_pairs
from seqmix_plugin.augmenters.pairing.window_settings import WindowSettings
from seqmix_plugin.sentence import TaggedSentence


@Pairing.register("sub_sequence")
class SubSequencePairing(Pairing):
    """
    Pairs two windows of s words, each with valid label density η ≥ η₀ (the paper's section 3.2). Every window of every
    sentence is a candidate. Sentence pairs are drawn uniformly without replacement among the sentences that have an
    eligible window, then one eligible window of each uniformly.

    Registered as a `Pairing` with name "sub_sequence".

    # Parameters

    window : `int`, optional (default = `5`)
        s, in words, at least 1.
    min_density : `float`, optional (default = `0.6`)
        η₀ in [0, 1].
    entity_borders : `bool`, optional (default = `False`)
        Only windows that cut no entity; ours, not the paper's.

    # Raises

    `ConfigurationError`
        When a value is out of its range.
    """

    def __init__(self, window: int = 5, min_density: float = 0.6, entity_borders: bool = False) -> None:
        self.windows = WindowSettings(window, min_density, entity_borders)

    def pairs(self, labelled: Sequence[TaggedSentence], rng: np.random.Generator) -> Iterator[Pair]:
        candidates = []
        for position, sentence in enumerate(labelled):
            starts = self.windows.starts(sentence.tags or ())
            if len(starts):
                candidates.append((position, starts))
        for _, i, j in draw_pairs([len(candidates)], rng):
            (first, first_starts), (second, second_starts) = candidates[i], candidates[j]
            first_start, second_start = rng.choice(first_starts), rng.choice(second_starts)
            yield Pair(first, int(first_start), second, int(second_start), self.windows.length)
