"""Label-constrained sub-sequence mixup's pairing."""

from typing import Dict, Iterator, List, Sequence, Tuple

import numpy as np

from seqmix_plugin.augmenters.pairing.pairing import Pair, Pairing, draw_pairs
from seqmix_plugin.augmenters.pairing.window_settings import WindowSettings
from seqmix_plugin.sentence import TaggedSentence

Labels = Tuple[Tuple[Tuple[str, float], ...], ...]
"""A distribution a word; gold tags are the one-hot case."""


@Pairing.register("label_constrained")
class LabelConstrainedPairing(Pairing):
    """
    As `sub_sequence`, where the two windows also carry the same labels, so that mixing leaves the labels as they are
    (the paper's section 3.2). Sentence pairs are drawn uniformly without replacement among those that share the labels
    of an eligible window, then one of the matching pairs of windows uniformly. Sentences are grouped by the labels of
    their windows, so no pass over all pairs is needed.

    Registered as a `Pairing` with name "label_constrained".

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
        starts = [self._starts_by_labels(sentence) for sentence in labelled]
        groups: Dict[Labels, List[int]] = {}
        for position, by_labels in enumerate(starts):
            for labels in by_labels:
                groups.setdefault(labels, []).append(position)
        keys = sorted(groups)
        for group, i, j in draw_pairs([len(groups[key]) for key in keys], rng):
            first, second = groups[keys[group]][i], groups[keys[group]][j]
            shared = sorted(starts[first].keys() & starts[second].keys())
            # Sentences that share the labels of several windows meet in several groups; they count in one of them.
            if shared[0] != keys[group]:
                continue
            matching = [(a, b) for labels in shared for a in starts[first][labels] for b in starts[second][labels]]
            first_start, second_start = matching[int(rng.integers(len(matching)))]
            yield Pair(first, first_start, second, second_start, self.windows.length)

    def _starts_by_labels(self, sentence: TaggedSentence) -> Dict[Labels, List[int]]:
        """The starts of the eligible windows by the labels that they carry."""
        result: Dict[Labels, List[int]] = {}
        starts = self.windows.starts(sentence.tags or ()).tolist()
        labels = [tuple(sorted(row.items())) for row in sentence.distributions() or ()] if starts else []
        for start in starts:
            result.setdefault(tuple(labels[start : start + self.windows.length]), []).append(start)
        return result
