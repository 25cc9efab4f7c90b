"""How much the score of a sentence varies from round to round."""

import numpy as np


def fluctuation(scores: np.ndarray, earlier: np.ndarray) -> np.ndarray:
    """
    The variance 1/l Σᵢ (sᵢ − s̄)² of the l scores that a sentence has had, in this round and in those of the earlier
    rounds in which it was scored (Yao et al. 2020).

    # Parameters

    scores : `np.ndarray`
        Those of this round. Shape: `(num_sentences,)`
    earlier : `np.ndarray`
        Those of earlier rounds, NaN where a sentence was not scored. Shape: `(num_rounds, num_sentences)`

    # Returns

    `np.ndarray`
        At least 0, and 0 for a sentence without earlier scores. Shape: `(num_sentences,)`
    """
    history = np.concatenate([earlier, scores[None]])  # Shape: (num_rounds + 1, num_sentences)
    known = ~np.isnan(history)
    number = known.sum(0)  # at least 1
    means = np.where(known, history, 0.0).sum(0) / number
    variance: np.ndarray = (np.where(known, history - means, 0.0) ** 2).sum(0) / number
    return variance
