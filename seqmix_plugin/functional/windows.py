"""Windows of a sentence with enough valid labels (the paper's section 3.2)."""

from typing import Sequence

import numpy as np


def eligible_windows(valid: Sequence[bool], length: int, min_density: float) -> np.ndarray:
    """
    The starts of all windows whose valid label density η = n / s reaches η₀; n counts the labels other than O.

    # Parameters

    valid : `Sequence[bool]`
        Whether each word's label is valid. Shape: `(num_tokens,)`
    length : `int`
        s, the number of words in a window, at least 1.
    min_density : `float`
        η₀ in [0, 1].

    # Returns

    `np.ndarray`
        Starts in order, each at most `num_tokens − length`; empty when the sentence is shorter than the window.
    """
    if length > len(valid):
        return np.empty(0, dtype=np.int64)
    sums = np.concatenate(([0], np.cumsum(np.asarray(valid, dtype=np.int64))))
    counts = sums[length:] - sums[:-length]
    # n ≥ η₀ s in whole numbers: 3/5 must pass 0.6 whatever the rounding of 0.6 * 5.
    return np.flatnonzero(counts >= np.ceil(min_density * length - 1e-9))
