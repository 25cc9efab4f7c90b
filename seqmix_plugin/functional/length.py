"""Scores of sentences with their dependence on length taken out."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

CHUNK = 16_384
"""Sentences that are compared with their neighbours at once."""


def nearest_windows(lengths: np.ndarray, neighbours: int) -> np.ndarray:
    """
    For each of some sentences in the order of their lengths, the window of so many that are nearest to it in length,
    itself included. Of several such windows, as where many have the same length, the one with the sentence in its
    middle is taken, or the nearest to that.

    # Parameters

    lengths : `np.ndarray`
        Ascending whole numbers. Shape: `(num_sentences,)`
    neighbours : `int`
        Number of sentences in a window, from 1 to `num_sentences`.

    # Returns

    `np.ndarray`
        Place of the first sentence of each window. Shape: `(num_sentences,)`
    """
    # To move a window that begins at s by one gives up the length at s for that at s + neighbours.
    exchanged = lengths[: len(lengths) - neighbours] + lengths[neighbours:]
    first = np.searchsorted(exchanged, 2 * lengths, side="left")
    last = np.searchsorted(exchanged, 2 * lengths, side="right")
    return np.clip(np.arange(len(lengths)) - neighbours // 2, first, last)


def rank_among_nearest(values: np.ndarray, lengths: np.ndarray, ties: np.ndarray, neighbours: int) -> np.ndarray:
    """
    The share of the `neighbours` sentences of the nearest lengths, itself included, whose value is lower than a
    sentence's own; of equal values, its own too, a half is counted. A value that increases with another one among
    sentences of the same length, and nothing else, gives the same ranks.

    # Parameters

    values : `np.ndarray`
        A value of each sentence. Shape: `(num_sentences,)`
    lengths : `np.ndarray`
        Number of words of each. Shape: `(num_sentences,)`
    ties : `np.ndarray`
        Distinct numbers that order sentences of the same length. Shape: `(num_sentences,)`
    neighbours : `int`
        Number of sentences that each is compared with; all, where there are fewer.

    # Returns

    `np.ndarray`
        Above 0 and below 1. Shape: `(num_sentences,)`
    """
    order = np.lexsort((ties, lengths))
    size = min(neighbours, len(order))
    ranks = np.zeros(len(order))
    if size == 0:
        return ranks
    starts, ordered = nearest_windows(lengths[order].astype(int), size), values[order]
    windows = sliding_window_view(ordered, size)  # Shape: (num_sentences - size + 1, size)
    for begin in range(0, len(order), CHUNK):
        own = ordered[begin : begin + CHUNK, None]  # Shape: (chunk, 1)
        others = windows[starts[begin : begin + CHUNK]]  # Shape: (chunk, size)
        below, equal = (others < own).sum(1), (others == own).sum(1)
        ranks[order[begin : begin + CHUNK]] = (below + equal / 2) / size
    return ranks


def regressed_on_length(values: np.ndarray, lengths: np.ndarray, standardized: bool = True) -> np.ndarray:
    """
    The residuals of a least squares regression of values on 1, T and ln T, where T is the length. The sum over the
    words of a sentence grows like T, and a mean over words that is high in short sentences falls like −ln T.

    The variance depends on the length, too: that of a mean falls with it, and that of a sum grows. With `standardized`
    residuals are divided by the mean absolute residual at the length, which is another regression on the same terms, of
    the absolute residuals (Glejser 1969, A New Test for Heteroskedasticity, JASA 64), but at least by a tenth of their
    mean over all sentences.

    # Parameters

    values : `np.ndarray`
        A value of each sentence. Shape: `(num_sentences,)`
    lengths : `np.ndarray`
        Number of words of each. Shape: `(num_sentences,)`
    standardized : `bool`, optional (default = `True`)
        Whether to divide by the mean absolute residual at each length.

    # Returns

    `np.ndarray`
        Residuals, whose sum is 0 before they are divided. Shape: `(num_sentences,)`
    """
    longest = max(1, int(lengths.max(initial=1)))
    words = np.maximum(lengths, 1)
    terms = np.stack((np.ones(len(words)), words / longest, np.log(words)), axis=1)  # Shape: (num_sentences, 3)
    residuals = values - _fitted(terms, values)
    residuals[np.abs(residuals) <= 1e-9 * np.abs(values).max(initial=0)] = 0  # rounding errors are no differences
    spread = np.abs(residuals)
    if not standardized or not spread.any():
        return residuals
    return residuals / np.maximum(_fitted(terms, spread), spread.mean() / 10)


def _fitted(terms: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The least squares fit to values, of the least norm where several fit. Shape: `(num_sentences,)`"""
    return terms @ np.linalg.lstsq(terms, values, rcond=None)[0]
