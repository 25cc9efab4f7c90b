"""The pairing of label-constrained sub-sequence mixup."""

from typing import Dict, Iterator, List, Sequence, Tuple

import numpy as np

from seqmix_plugin.augmenters.pairing.pairing import Pairing, WindowPair, draw_matching_pairs
from seqmix_plugin.augmenters.pairing.sub_sequence import SubSequencePairing
from seqmix_plugin.sentence import TaggedSentence

Labels = Tuple[Tuple[Tuple[str, float], ...], ...]
"""One distribution for each word; gold tags are the one-hot case."""


@Pairing.register("label_constrained")
class LabelConstrainedPairing(SubSequencePairing):
    """
    As `sub_sequence`, but the two windows also carry the same labels, so that mixing does not change them (the paper's
    section 3.2). Pairs of sentences are drawn uniformly without replacement among those that share the labels of an
    eligible window, then one of the matching pairs of windows uniformly. Sentences are grouped by the labels of their
    windows, which avoids a pass over all pairs.

    Registered as a `Pairing` with name "label_constrained".

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

    def pairs(self, labelled: Sequence[TaggedSentence], rng: np.random.Generator) -> Iterator[WindowPair]:
        starts = [self._starts_by_labels(sentence) for sentence in labelled]
        for _, first, a, second, b in draw_matching_pairs(starts, rng):
            yield WindowPair(first, a, second, b, self.window)

    def _starts_by_labels(self, sentence: TaggedSentence) -> Dict[Labels, List[int]]:
        """The starts of the eligible windows, grouped by the labels of the window."""
        result: Dict[Labels, List[int]] = {}
        starts = self.starts(sentence.tags or ()).tolist()
        labels = [tuple(sorted(row.items())) for row in sentence.distributions() or ()] if starts else []
        for start in starts:
            result.setdefault(tuple(labels[start : start + self.window]), []).append(start)
        return result
