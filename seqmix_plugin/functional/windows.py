"""Windows of a sentence: those with enough valid labels (the paper's section 3.2), those that cut no entity."""

from typing import Sequence

import numpy as np


def eligible_windows(valid: Sequence[bool], length: int, min_density: float) -> np.ndarray:
    """
    The windows whose valid label density η = n / s is at least η₀ (the paper's section 3.2), where n counts the labels
    other than O.

    # Parameters

    valid : `Sequence[bool]`
        Whether each word's label is valid. Shape: `(num_tokens,)`
    length : `int`
        Window length s in words, at least 1.
    min_density : `float`
        Smallest valid label density η₀, in [0, 1].

    # Returns

    `np.ndarray`
        Index of each window's first word, in order; empty when the sentence is shorter than the window.
        Shape: `(num_windows,)`
    """
    if length > len(valid):
        return np.empty(0, dtype=np.int64)
    sums = np.concatenate(([0], np.cumsum(np.asarray(valid, dtype=np.int64))))
    counts = sums[length:] - sums[:-length]
    # n ≥ η₀ s in whole numbers: 3/5 must pass 0.6 whatever the rounding of 0.6 * 5.
    return np.flatnonzero(counts >= np.ceil(min_density * length - 1e-9))


def whole_entity_windows(tags: Sequence[str], length: int) -> np.ndarray:
    """
    The windows that cut no entity: neither their first word nor the word after them continues one.

    # Parameters

    tags : `Sequence[str]`
        BIO tag of each word. Shape: `(num_tokens,)`
    length : `int`
        Window length s in words, at least 1.

    # Returns

    `np.ndarray`
        Index of each window's first word, in order. Shape: `(num_windows,)`
    """
    inside = np.array([tag.startswith("I-") for tag in tags] + [False])
    if length > len(tags):
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(~inside[: len(tags) - length + 1] & ~inside[length:])
