"""Which windows of a sentence may be mixed."""

from typing import Sequence

import numpy as np
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.functional import eligible_windows, whole_entity_windows


def check_density(min_density: float) -> None:
    """Raises a `ConfigurationError` unless η₀ is a share."""
    if not 0 <= min_density <= 1:
        raise ConfigurationError(f"pairing.min_density is {min_density}; expected a share in [0, 1]")


class WindowSettings:
    """
    # Parameters

    length : `int`
        s, in words, at least 1.
    min_density : `float`
        η₀ in [0, 1].
    entity_borders : `bool`
        Only windows that cut no entity.

    # Raises

    `ConfigurationError`
        When a value is out of its range.
    """

    def __init__(self, length: int, min_density: float, entity_borders: bool) -> None:
        if length < 1:
            raise ConfigurationError(f"pairing.window is {length}; expected 1 or more words")
        check_density(min_density)
        self.length = length
        self.min_density = min_density
        self.entity_borders = entity_borders

    def starts(self, tags: Sequence[str]) -> np.ndarray:
        """The starts of the eligible windows of a sentence with these BIO tags, in order."""
        starts = eligible_windows([tag != "O" for tag in tags], self.length, self.min_density)
        return np.intersect1d(starts, whole_entity_windows(tags, self.length)) if self.entity_borders else starts
