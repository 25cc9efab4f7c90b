"""Statistical tests of the difference between two methods, and summaries of learning curves."""

import math
from typing import List, Optional, Sequence, Tuple

import numpy as np
from scipy import stats

SIGNIFICANCE = 0.05


def sign_flip_test(differences: Sequence[float]) -> Optional[float]:
    """
    The two-sided paired sign-flip test: how often a mean as far from 0 arises when each difference could as well have
    had the other sign. All 2ⁿ sign patterns are counted up to n = 16, so that p is exact and at least 2 / 2ⁿ.

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
    result = stats.permutation_test(
        (values, np.zeros_like(values)),
        # Rounded, so that sums that are equal on paper count as equal.
        lambda one, other, axis: np.round(np.sum(one - other, axis=axis), 6),
        permutation_type="samples",
        vectorized=True,
        n_resamples=2**16,
        rng=np.random.default_rng(0),
    )
    return float(result.pvalue)


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
    if len(differences) < 2:
        return None
    result = stats.bootstrap(
        (np.asarray(differences, dtype=float),),
        np.mean,
        confidence_level=confidence,
        method="percentile",
        rng=np.random.default_rng(0),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def wilcoxon_over_budgets(differences: Sequence[float]) -> Optional[float]:
    """
    The paper's test (section 4.2): Wilcoxon's signed rank test, two-sided, over the budgets of one mean curve. It is
    exact, also with ties: all 2ⁿ sign patterns of the ranks are counted. Budgets at which the methods are equal are
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
    if nonzero.size == 0:
        return None
    ranks = np.rint(2 * stats.rankdata(np.abs(nonzero))).astype(int)  # twice, as a mean of ranks may end in ½
    shares = np.zeros(ranks.sum() + 1)  # of the sign patterns, by the sum of the ranks of the positive differences
    shares[0] = 1.0
    for rank in ranks:
        shares[rank:] += shares[:-rank].copy()
        shares /= 2
    lower = min(ranks[nonzero > 0].sum(), ranks[nonzero < 0].sum())
    return float(min(1.0, 2 * shares[: lower + 1].sum()))


def holm(p_values: Sequence[Optional[float]]) -> List[Optional[float]]:
    """
    p values for a family of comparisons, by Holm's step-down procedure: the k-th smallest of m times m − k + 1, never
    below one before it, never above 1. `None` stays, and counts in m: it is a comparison that is shown.

    References: Holm, A Simple Sequentially Rejective Multiple Test Procedure, 1979.
    """
    m = len(p_values)
    adjusted: List[Optional[float]] = [None] * m
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


def area_under_curve(budgets: Sequence[float], scores: Sequence[float]) -> float:
    """
    The mean height of a learning curve by the trapezoidal rule, so that it has the unit of the scores; their mean where
    all rounds have one budget, as when a query found nothing to label.
    """
    if budgets[-1] == budgets[0]:
        return float(np.mean(scores))
    return float(np.trapezoid(scores, budgets) / (budgets[-1] - budgets[0]))


def last_at(budgets: Sequence[float], budget: float) -> int:
    """The last round with this budget: of several, the one that was trained last counts."""
    return len(budgets) - 1 - list(reversed(budgets)).index(budget)


def labels_to_reach(budgets: Sequence[float], scores: Sequence[float], target: float) -> Optional[float]:
    """
    Where a learning curve first reaches `target`, with straight lines between budgets; its first budget when it starts
    above; `None` when it never does.
    """
    if scores[0] >= target:
        return float(budgets[0])
    for position in range(1, len(scores)):
        if scores[position] >= target:
            share = (target - scores[position - 1]) / (scores[position] - scores[position - 1])
            return float(budgets[position - 1] + share * (budgets[position] - budgets[position - 1]))
    return None
