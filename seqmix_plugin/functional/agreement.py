"""How far two labellings of the same words agree."""

import numpy as np


def cohens_kappa(first: np.ndarray, second: np.ndarray) -> float:
    """
    Cohen's κ = (p_o − p_e) / (1 − p_e): the agreement that was observed, p_o, beyond what two annotators would reach
    who choose each label as often as these two did, but at random, p_e (Cohen, 1960).

    # Parameters

    first : `np.ndarray`
        Label numbers. Shape: `(num_words,)`
    second : `np.ndarray`
        Label numbers of the same words. Shape: `(num_words,)`

    # Returns

    `float`
        1 for full agreement, also where both know one label alone; 0 for what chance gives.

    # Raises

    `ValueError`
        When they are not labellings of the same words, or there are none.
    """
    if first.shape != second.shape or first.size == 0:
        raise ValueError(f"{first.shape} and {second.shape} are no two labellings of the same words")
    labels = np.union1d(first, second)
    shares = [np.array([(labelling == label).mean() for label in labels]) for labelling in (first, second)]
    observed, expected = float((first == second).mean()), float(shares[0] @ shares[1])
    return 1.0 if observed == 1.0 else (observed - expected) / (1.0 - expected)
