"""Agreement between two labellings of the same words."""

import numpy as np


def cohens_kappa(first: np.ndarray, second: np.ndarray) -> float:
    """
    Cohen's κ = (p_o − p_e) / (1 − p_e): the observed agreement p_o, corrected for the agreement p_e expected of two
    annotators who choose labels at random with the same frequencies (Cohen 1960).

    # Parameters

    first : `np.ndarray`
        Label indices of the first labelling. Shape: `(num_words,)`
    second : `np.ndarray`
        Label indices of the second labelling of the same words. Shape: `(num_words,)`

    # Returns

    `float`
        1 for full agreement, also when there is only one label; 0 for agreement by chance.

    # Raises

    `ValueError`
        When the shapes differ, or there are no words.
    """
    if first.shape != second.shape or first.size == 0:
        raise ValueError(f"labellings have shapes {first.shape} and {second.shape}; expected the same words")
    labels = np.union1d(first, second)
    shares = [np.array([(labelling == label).mean() for label in labels]) for labelling in (first, second)]
    observed, expected = float((first == second).mean()), float(shares[0] @ shares[1])
    return 1.0 if observed == 1.0 else (observed - expected) / (1.0 - expected)
