"""The formulas of the report's tests and intervals."""

import math
from typing import List, Optional, Sequence, Tuple

import numpy as np

SIGNIFICANCE = 0.05
NUM_PATTERNS = 2**16
"""The most sign patterns that are counted; of more, so many are drawn."""
NUM_RESAMPLES = 9999
"""Of the bootstrap."""


def sign_flip_test(differences: Sequence[float]) -> Optional[float]:
    """
    The two-sided paired sign-flip test: how often a mean as far from 0 arises when each difference could as well have
    had the other sign. All 2ⁿ sign patterns are counted up to n = 16, so that p is exact and at least 2 / 2ⁿ; for
    more, 2¹⁶ random ones.

    # Parameters

    differences : `Sequence[float]`
        One a seed.

    # Returns

    `Optional[float]`
        p, or `None` for fewer than two differences.

    References: Good, Permutation, Parametric and Bootstrap Tests of Hypotheses, 2005; Dror et al., The Hitchhiker's
    Guide to Testing Statistical Significance in NLP, ACL 2018.
    """
    if len(differences) < 2:
        return None
    values = np.asarray(differences, dtype=float)
    is_exact = 2 ** len(values) <= NUM_PATTERNS
    signs = _all_signs(len(values)) if is_exact else _random_signs(len(values))
    # Rounded, so that sums that are equal on paper count as equal.
    sums, observed = np.round(signs @ values, 6), np.round(values.sum(), 6)
    fewer = min(np.count_nonzero(sums <= observed), np.count_nonzero(sums >= observed))
    observed_itself = 0 if is_exact else 1  # all patterns contain it
    return float(min(1.0, 2 * (fewer + observed_itself) / (len(signs) + observed_itself)))


def _all_signs(n: int) -> np.ndarray:
    """All patterns of n signs. Shape: (2ⁿ, n)"""
    return 1.0 - 2.0 * (np.arange(2**n)[:, None] >> np.arange(n) & 1)


def _random_signs(n: int) -> np.ndarray:
    """Random patterns of n signs, the same each time. Shape: (NUM_PATTERNS, n)"""
    swaps = np.random.default_rng(0).permuted(np.tile(np.arange(2), (NUM_PATTERNS, n, 1)), axis=-1)
    return 1.0 - 2.0 * swaps[..., 0]


def stratified_sign_flip_test(strata: Sequence[Sequence[float]]) -> Optional[float]:
    """
    The sign-flip test of the mean over strata, such as corpora, of the mean difference in each: every stratum has the
    same weight, however many seeds it has, and the sign of each difference is flipped on its own.

    # Parameters

    strata : `Sequence[Sequence[float]]`
        For each stratum the differences, one a seed; a stratum has at least one.

    # Returns

    `Optional[float]`
        p, or `None` for fewer than two differences in all.
    """
    # Up to a factor, the mean of means is the sum of all differences over the size of their stratum.
    return sign_flip_test([difference / len(stratum) for stratum in strata for difference in stratum])


def bootstrap_interval(differences: Sequence[float], confidence: float = 0.95) -> Optional[Tuple[float, float]]:
    """
    The percentile bootstrap interval of the mean of paired differences; with few of them it is rather too short.

    # Parameters

    differences : `Sequence[float]`
        One a seed.
    confidence : `float`, optional (default = `0.95`)

    # Returns

    `Optional[Tuple[float, float]]`
        The interval's ends, or `None` for fewer than two differences.

    References: Efron and Tibshirani, An Introduction to the Bootstrap, 1993.
    """
    return stratified_bootstrap_interval([differences], confidence)


def stratified_bootstrap_interval(
    strata: Sequence[Sequence[float]], confidence: float = 0.95
) -> Optional[Tuple[float, float]]:
    """
    The percentile bootstrap interval of the mean over strata of the mean difference in each; seeds are resampled within
    each stratum. `None` where no stratum has two differences; one with a single difference adds no width.
    """
    if max(map(len, strata), default=0) < 2:
        return None
    generator = np.random.default_rng(0)
    means = [np.asarray(stratum, dtype=float)[resampled(len(stratum), generator)].mean(axis=1) for stratum in strata]
    outside = (1 - confidence) / 2
    low, high = np.quantile(np.mean(means, axis=0), [outside, 1 - outside])
    return float(low), float(high)


def resampled(n: int, generator: np.random.Generator) -> np.ndarray:
    """Positions of n seeds, drawn with replacement. Shape: (NUM_RESAMPLES, n)"""
    return generator.integers(0, n, (NUM_RESAMPLES, n))


def wilcoxon_over_budgets(differences: Sequence[float]) -> Optional[float]:
    """
    The paper's test (section 4.2): Wilcoxon's signed rank test, two-sided, over the budgets of one mean curve, which is
    the sign-flip test of the signed ranks: exact up to 16 budgets, with ties too. Budgets at which both are equal are
    left out. The budgets of a curve are not independent, so the report draws no conclusion from this p.

    # Parameters

    differences : `Sequence[float]`
        One a budget.

    # Returns

    `Optional[float]`
        p, or `None` when all budgets tie. Six budgets give no p under 2 / 2⁶ = 0.031.
    """
    values = np.round(np.asarray(differences, dtype=float), 6)  # equal means differ in their last bits
    nonzero = values[values != 0]
    if nonzero.size < 2:
        return 1.0 if nonzero.size else None
    return sign_flip_test(np.sign(nonzero) * _ranks(np.abs(nonzero)))


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1; equal values share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[place]


def holm(p_values: Sequence[Optional[float]], planned: int = 0) -> List[Optional[float]]:
    """
    p values for a family of comparisons, by Holm's step-down procedure: the k-th smallest of m times m − k + 1, never
    below one before it, never above 1. `None` stays, and counts in m: it is a comparison that is shown. m is `planned`
    where that is more: comparisons that were named beforehand count although they have not been made yet.

    References: Holm, A Simple Sequentially Rejective Multiple Test Procedure, 1979.
    """
    m = max(len(p_values), planned)
    adjusted: List[Optional[float]] = [None] * len(p_values)
    largest = 0.0
    known = [(p, position) for position, p in enumerate(p_values) if p is not None]
    for rank, (p, position) in enumerate(sorted(known)):
        largest = max(largest, min(1.0, (m - rank) * p))
        adjusted[position] = largest
    return adjusted


def seeds_needed(num_pairs: int, significance: float = SIGNIFICANCE) -> int:
    """
    The fewest seeds n with which one of `num_pairs` pairs could pass the sign-flip test after Holm's correction:
    2 / 2ⁿ · num_pairs ≤ `significance`.
    """
    return max(2, math.ceil(math.log2(2 * num_pairs / significance) - 1e-12))
