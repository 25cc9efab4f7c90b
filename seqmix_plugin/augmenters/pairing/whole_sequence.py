"""The pairing of whole-sequence mixup."""

from typing import Dict, Iterator, List, Optional, Sequence

import numpy as np

from seqmix_plugin.augmenters.pairing.pairing import Pairing, WindowPair, draw_pairs
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.functional import eligible_windows
from seqmix_plugin.parameter_checks import at_least, between
from seqmix_plugin.sentence import TaggedSentence


@Pairing.register("whole_sequence")
class WholeSequencePairing(Pairing):
    """
    Pairs two sentences of equal length, of which all words are mixed (the paper's section 3.2); words past the reader's
    `max_length` are not counted. Each sentence has either valid label density η ≥ η₀, as in the paper's text, or a
    minimum number of valid labels, as in the paper's public code. Pairs are drawn uniformly without replacement;
    sentences are grouped by length, which avoids a pass over all pairs. Equal lengths are rare: the round's record has
    the number of pairs that were mixed.

    Registered as a `Pairing` with name "whole_sequence".

    # Parameters

    min_density : `float`, optional (default = `None`)
        Smallest valid label density η₀ of a sentence, from 0 to 1; 0.6 when neither option is given.
    min_valid : `int`, optional (default = `None`)
        Smallest number of valid labels of a sentence, at least 0.

    # Raises

    `ConfigurationError`
        When both are given, or a value is out of its range.
    """

    def __init__(self, min_density: Optional[float] = None, min_valid: Optional[int] = None) -> None:
        if min_density is not None and min_valid is not None:
            raise ConfigurationError("pairing 'whole_sequence' takes either 'min_density' or 'min_valid', not both")
        self.min_density = between("pairing.min_density", 0.6 if min_density is None else min_density, 0, 1)
        self.min_valid = None if min_valid is None else at_least("pairing.min_valid", min_valid, 0)

    def pairs(self, labelled: Sequence[TaggedSentence], rng: np.random.Generator) -> Iterator[WindowPair]:
        by_length: Dict[int, List[int]] = {}
        for position, sentence in enumerate(labelled):
            if len(sentence) and self._eligible([tag != "O" for tag in sentence.tags or ()]):
                by_length.setdefault(len(sentence), []).append(position)
        groups = [by_length[length] for length in sorted(by_length)]
        for group, i, j in draw_pairs([len(members) for members in groups], rng):
            first, second = groups[group][i], groups[group][j]
            yield WindowPair(first, 0, second, 0, len(labelled[first]))

    def _eligible(self, valid: Sequence[bool]) -> bool:
        if self.min_valid is not None:
            return sum(valid) >= self.min_valid
        return len(eligible_windows(valid, len(valid), self.min_density)) > 0
