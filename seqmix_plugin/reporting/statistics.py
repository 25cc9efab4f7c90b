"""The difference between two methods, and whether it is statistically significant."""

import math
from dataclasses import dataclass, replace
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from seqmix_plugin.reporting.formatting import p_value
from seqmix_plugin.reporting.run_groups import Group, matched_runs
from seqmix_plugin.run.reader import Run

SIGNIFICANCE = 0.05
NUM_PATTERNS = 2**16
"""The most sign patterns that are counted; of more, so many are drawn."""
NUM_RESAMPLES = 9999
"""Of the bootstrap."""


@dataclass(frozen=True)
class PairedComparison:
    """
    The difference between two methods on one split, `first` minus `second`, in F1 points. Runs are paired by seed and
    slice; a run's value is its mean over the budgets that both methods have measured.
    """

    first: str
    second: str
    units: List[Tuple[int, int]]
    """Seed and slice of each pair of runs."""
    difference: float
    """Mean over the pairs; `nan` without any."""
    interval: Optional[Tuple[float, float]]
    """95 % bootstrap interval of the difference."""
    p: Optional[float]
    """Of the sign-flip test."""
    wilcoxon_p: Optional[float]
    """Of the paper's test, over budgets."""
    at_budgets: Dict[int, float]
    """The mean difference at each shared budget."""
    same: List[int]
    """Budgets at which both have labelled the same sentences and generated none."""
    finished: bool
    """Whether the runs of both are finished."""
    adjusted_p: Optional[float] = None
    """After Holm's correction over the pairs that are shown."""
    needed: int = 0
    """The fewest seeds with which one of the pairs that are shown can be significant."""

    @property
    def significant(self) -> bool:
        """Whether the difference is statistically significant, and final."""
        return self.finished and self.adjusted_p is not None and self.adjusted_p <= SIGNIFICANCE

    @property
    def verdict(self) -> str:
        """What the test says, to follow 'The difference is'."""
        if not self.at_budgets:
            return f"not tested: no {'budget' if self.units else 'seed'} in common"
        if not self.finished:
            return "not final: there are unfinished runs"
        if len(self.units) < self.needed:
            number = f"there {'is' if len(self.units) == 1 else 'are'} {len(self.units)}"
            return f"not statistically significant: {self.needed} seeds are needed, {number}"
        return f"{'' if self.significant else 'not '}statistically significant (p = {p_value(self.adjusted_p)}, Holm)"

    def gain_of(self, name: str) -> "PairedComparison":
        """The same comparison with `name` as the first of the two methods."""
        if name == self.first:
            return self
        return replace(
            self,
            first=self.second,
            second=self.first,
            difference=-self.difference,
            interval=None if self.interval is None else (-self.interval[1], -self.interval[0]),
            at_budgets={budget: -difference for budget, difference in self.at_budgets.items()},
        )


def compared_pairs(pairs: Sequence[Tuple[Group, Group]], split: str) -> List[PairedComparison]:
    """The differences of pairs of methods that are shown together."""
    compared = [_compared(first, second, split) for first, second in pairs]
    needed = seeds_needed(len(compared)) if compared else 0
    adjusted = holm([pair.p for pair in compared])
    return [replace(pair, adjusted_p=p, needed=needed) for pair, p in zip(compared, adjusted, strict=True)]


def _compared(first: Group, second: Group, split: str) -> PairedComparison:
    """A comparison without what depends on the other pairs."""
    matched = matched_runs(first, second)
    # Of several rounds with one budget the last counts.
    curves: Any = [[dict(zip(run.budgets, run.f1(split), strict=True)) for run in pair] for pair in matched]
    shared = sorted(set.intersection(*(set(curve) for pair in curves for curve in pair))) if matched else []
    rows = [[one[budget] - other[budget] for budget in shared] for one, other in curves]
    differences = [float(np.mean(row)) for row in rows] if shared else []
    at_budgets = dict(zip(shared, np.mean(rows, axis=0).tolist(), strict=True)) if shared else {}
    return PairedComparison(
        first=first.name,
        second=second.name,
        units=[run.unit for run, _ in matched],
        difference=float(np.mean(differences)) if differences else float("nan"),
        interval=bootstrap_interval(differences),
        p=sign_flip_test(differences),
        wilcoxon_p=wilcoxon_over_budgets(list(at_budgets.values())),
        at_budgets=at_budgets,
        same=[budget for budget in shared if all(_same_sentences(*pair, budget) for pair in matched)],
        finished=first.finished and second.finished,
    )


def _same_sentences(one: Run, other: Run, budget: int) -> bool:
    """Whether both have labelled the same sentences up to a budget, and generated none."""
    last = [max(k for k, labelled in enumerate(run.budgets) if labelled == budget) for run in (one, other)]
    generated = one.rounds[last[0]]["synthetic_in_training"] or other.rounds[last[1]]["synthetic_in_training"]
    return not generated and one.labelled(last[0]) == other.labelled(last[1])


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
    values = np.asarray(differences, dtype=float)
    drawn = np.random.default_rng(0).integers(0, len(values), (NUM_RESAMPLES, len(values)))
    outside = (1 - confidence) / 2
    low, high = np.quantile(values[drawn].mean(axis=1), [outside, 1 - outside])
    return float(low), float(high)


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
