"""One order made of two, each with its share of any beginning."""

import numpy as np


def evenly_spread(size: int, share: float, offset: float) -> np.ndarray:
    """
    Marks a share of places, evenly spread: of the first m, ⌊m · share + offset⌋.

    # Parameters

    size : `int`
        Number of places.
    share : `float`
        From 0 to 1.
    offset : `float`
        In [0, 1): where it is drawn uniformly, each place is marked with probability `share`.

    # Returns

    `np.ndarray`
        True for marked places. Shape: `(size,)`
    """
    return np.diff(np.floor(np.arange(size + 1) * share + offset)) > 0


def interleaved(first: np.ndarray, second: np.ndarray, from_second: np.ndarray) -> np.ndarray:
    """
    Takes in turn the next of one of two orders that has not been taken yet.

    # Parameters

    first : `np.ndarray`
        Distinct whole numbers. Shape: `(size,)`
    second : `np.ndarray`
        Distinct whole numbers. Shape: `(size,)`
    from_second : `np.ndarray`
        Whether each is taken from the second order. Shape: `(size,)`

    # Returns

    `np.ndarray`
        Distinct numbers. Shape: `(size,)`
    """
    orders = iter(first.tolist()), iter(second.tolist())
    taken: dict[int, None] = {}  # in this order
    for turn in from_second.tolist():
        taken[next(number for number in orders[turn] if number not in taken)] = None
    return np.fromiter(taken, int, len(taken))
