"""The statistics, by hand-worked numbers and against scipy."""

import math
from itertools import product
from typing import List

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from seqmix_plugin.reporting.comparison import area_under_curve, labels_to_reach
from seqmix_plugin.reporting.statistics import (
    bootstrap_interval,
    holm,
    seeds_needed,
    sign_flip_test,
    stratified_bootstrap_interval,
    stratified_sign_flip_test,
    wilcoxon_over_budgets,
)

POINTS = st.floats(-20, 20).map(lambda value: round(value, 2)) | st.integers(-30, 30).map(lambda thirds: thirds / 3)


def test_sign_flips_by_hand() -> None:
    # Of the 8 sign patterns of 1, 2, 3 the sums ±6 are as far out as 6: p = 2/8. Of 1, 2, -3 all 8 are as far as 0.
    assert sign_flip_test([1.0, 2.0, 3.0]) == pytest.approx(2 / 8)
    assert sign_flip_test([1.0, 2.0, -3.0]) == 1.0
    # |1 + 4 - 2| = 3: sums of ±1 ±4 ±2 are ±7, ±5, ±3, ±1, of which six are at least 3 from 0.
    assert sign_flip_test([1.0, 4.0, -2.0]) == pytest.approx(6 / 8)


@pytest.mark.parametrize("n", range(2, 9))
def test_the_smallest_p_of_n_seeds(n: int) -> None:
    assert sign_flip_test([1.0 + i for i in range(n)]) == pytest.approx(2 / 2**n)


def test_sign_flips_over_corpora_by_hand() -> None:
    """
    The means 2 and 3 of [1, 3] and [3] have the mean 2.5. With flipped signs it is (±0.5 ±1.5 ±3) / 2: ±2.5, ±2, ±1 and
    ±0.5, two of which are as far from 0. Of [4, −2] and [1] it is (±2 ±1 ±1) / 2: ±2, ±1, ±1 and 0 twice; six are as
    far as 1.
    """
    assert stratified_sign_flip_test([[1.0, 3.0], [3.0]]) == pytest.approx(2 / 8)
    assert stratified_sign_flip_test([[4.0, -2.0], [1.0]]) == pytest.approx(6 / 8)
    # Both corpora weigh the same: with four 1 the first mean is −1, −0.5, 0, 0.5 or 1 in 1, 4, 6, 4, 1 of 16 patterns;
    # with +0.5 of the second all but the 4 of −0.5 are as far from 0 as 1 − 0.5, with −0.5 as many. By seeds, whichever
    # their corpus, it would be 4/32: only ±4 is as far as 4 − 0.5.
    assert stratified_sign_flip_test([[1.0, 1.0, 1.0, 1.0], [-0.5]]) == pytest.approx(24 / 32)
    assert sign_flip_test([1.0, 1.0, 1.0, 1.0, -0.5]) == pytest.approx(4 / 32)
    assert stratified_sign_flip_test([[3.0]]) is None
    assert stratified_sign_flip_test([]) is None


@pytest.mark.parametrize("n", [1, 2, 3])
def test_corpora_that_agree_need_fewer_seeds_each(n: int) -> None:
    assert stratified_sign_flip_test([[1.0] * n] * 3) == pytest.approx(2 / 2 ** (3 * n))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(POINTS, min_size=2, max_size=3), min_size=1, max_size=2), POINTS)
def test_sign_flips_over_corpora_by_counting_all_patterns(strata: List[List[float]], single: float) -> None:
    strata = [*strata, [single]]
    observed = abs(np.mean([np.mean(stratum) for stratum in strata]))
    patterns = product(*(product((1, -1), repeat=len(stratum)) for stratum in strata))
    means = [
        abs(np.mean([np.mean(np.array(signs) * stratum) for signs, stratum in zip(pattern, strata, strict=True)]))
        for pattern in patterns
    ]
    assert stratified_sign_flip_test(strata) == pytest.approx(np.mean([mean >= observed - 1e-9 for mean in means]))


def test_the_interval_over_corpora_by_hand() -> None:
    """Means of two draws from 1 and 3 are 1, 2 or 3 in a quarter, a half and a quarter; that of 5 alone is 5."""
    assert stratified_bootstrap_interval([[1.0, 3.0], [5.0]]) == (3.0, 4.0)
    assert stratified_bootstrap_interval([[1.0, 3.0]]) == bootstrap_interval([1.0, 3.0])
    assert stratified_bootstrap_interval([[1.0], [5.0]]) is None
    # Two corpora drawn apart: the mean of both is 1 in a sixteenth, more than 2.5 %.
    assert stratified_bootstrap_interval([[1.0, 3.0], [1.0, 3.0]]) == (1.0, 3.0)
    assert stratified_bootstrap_interval([[1.0, 3.0], [1.0, 3.0]], confidence=0.8) == (1.5, 2.5)


def test_what_is_equal_on_paper_is_equal() -> None:
    # 0.1 + 0.2 - 0.3 is not 0 in floating point, and neither is a difference of equal means.
    assert sign_flip_test([0.1, 0.2, -0.3]) == 1.0
    assert sign_flip_test([-1 / 3, -1 / 3, 2 / 3, 1.0]) == sign_flip_test([-1.0, -1.0, 2.0, 3.0]) == 10 / 16
    assert wilcoxon_over_budgets([0.1 + 0.2 - 0.3, 1.0, 2.0]) == pytest.approx(2 / 2**2)


def test_one_seed_is_no_test() -> None:
    assert sign_flip_test([3.0]) is None
    assert sign_flip_test([]) is None
    assert bootstrap_interval([3.0]) is None


def test_no_difference_is_no_evidence() -> None:
    assert sign_flip_test([0.0, 0.0, 0.0]) == 1.0


@settings(max_examples=30, deadline=None)
@given(st.lists(POINTS, min_size=2, max_size=7))
def test_sign_flips_by_counting_all_patterns(differences: List[float]) -> None:
    observed = abs(np.mean(differences))
    sums = [abs(np.mean(np.array(signs) * differences)) for signs in product((1, -1), repeat=len(differences))]
    assert sign_flip_test(differences) == pytest.approx(np.mean([value >= observed - 1e-9 for value in sums]))


@settings(max_examples=15, deadline=None)
@given(st.lists(POINTS, min_size=2, max_size=7))
def test_the_interval_is_of_the_mean(differences: List[float]) -> None:
    interval = bootstrap_interval(differences)
    assert interval is not None
    assert min(differences) - 1e-9 <= interval[0] <= np.mean(differences) + 1e-9
    assert np.mean(differences) - 1e-9 <= interval[1] <= max(differences) + 1e-9
    assert bootstrap_interval(differences) == interval


@pytest.mark.parametrize("n", [2, 5, 10, 17, 24])
def test_the_sign_flips_are_scipys(n: int) -> None:
    """Also above 16 differences, where both draw the same patterns."""
    differences = np.round(np.random.default_rng(n).normal(0.4, 1.0, n), 2)
    found = stats.permutation_test(
        (differences, np.zeros(n)),
        lambda one, other, axis: np.round(np.sum(one - other, axis=axis), 6),
        permutation_type="samples",
        n_resamples=2**16,
        rng=np.random.default_rng(0),
    )
    assert sign_flip_test(differences.tolist()) == pytest.approx(float(found.pvalue), abs=1e-12, rel=0)


@pytest.mark.parametrize(("n", "confidence"), [(2, 0.95), (5, 0.95), (30, 0.8)])
def test_the_interval_is_scipys(n: int, confidence: float) -> None:
    differences = np.random.default_rng(n).normal(1.0, 2.0, n)
    rng = np.random.default_rng(0)
    found = stats.bootstrap((differences,), np.mean, confidence_level=confidence, method="percentile", rng=rng)
    expected = pytest.approx(tuple(found.confidence_interval), abs=1e-12, rel=0)
    assert bootstrap_interval(differences.tolist(), confidence) == expected


def test_the_interval_of_two_seeds_by_hand() -> None:
    """Of two draws from 1 and 3 a quarter has the mean 1, a quarter 3: both ends are reached in 2.5 %."""
    assert bootstrap_interval([1.0, 3.0]) == (1.0, 3.0)
    assert bootstrap_interval([1.0, 3.0], confidence=0.4) == (2.0, 2.0)


def test_the_interval_of_many_seeds_is_the_normal_one() -> None:
    differences = np.random.default_rng(0).normal(1.0, 2.0, 400)
    interval = bootstrap_interval(differences.tolist())
    normal = stats.norm.interval(0.95, differences.mean(), differences.std() / math.sqrt(400))
    assert interval == pytest.approx(normal, abs=0.03)


def test_the_papers_test_over_six_budgets() -> None:
    assert wilcoxon_over_budgets([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]) == pytest.approx(2 / 2**6)
    # Ranks of the negative differences: 1 and 2, W = 3; of 64 patterns W <= 3 for {}, {1}, {2}, {3}, {1, 2}: p = 10/64.
    assert wilcoxon_over_budgets([-1.0, -2.0, 3.0, 4.0, 5.0, 6.0]) == pytest.approx(10 / 64)


def test_the_papers_test_is_exact_with_ties() -> None:
    # Ranks 1.5, 1.5, 3; W+ = 4.5. Of the 8 sign patterns W+ >= 4.5 for {1, 3}, {2, 3}, {1, 2, 3}: p = 2 * 3/8.
    assert wilcoxon_over_budgets([-1.0, 1.0, 2.0]) == pytest.approx(6 / 8)
    # Ranks 2, 2, 2: W+ = 6 only when all are positive.
    assert wilcoxon_over_budgets([5.0, 5.0, 5.0]) == pytest.approx(2 / 8)


def test_tied_budgets_are_left_out_of_the_papers_test() -> None:
    assert wilcoxon_over_budgets([0.0, 2.0, 3.0, 4.0, 5.0, 6.0]) == pytest.approx(2 / 2**5)
    assert wilcoxon_over_budgets([0.0, 0.0]) is None
    assert wilcoxon_over_budgets([]) is None


@settings(max_examples=30, deadline=None)
@given(st.lists(POINTS.filter(bool), min_size=2, max_size=6, unique_by=abs))
def test_the_papers_test_is_scipys(differences: List[float]) -> None:
    assert wilcoxon_over_budgets(differences) == pytest.approx(stats.wilcoxon(differences, mode="exact").pvalue)


def test_the_papers_test_with_ties_by_hand() -> None:
    """
    |−1|, 1 and 1 share rank 2, and 2 has rank 4. Of 16 sign patterns the negative ranks sum to 0 in one and 2 in three:
    P(W ≤ 2) = 4/16, p = 8/16. With ranks 1, 2, 3 in their place P(W ≤ 1) would be 2/16.
    """
    assert wilcoxon_over_budgets([-1.0, 1.0, 1.0, 2.0]) == pytest.approx(8 / 16)
    assert wilcoxon_over_budgets([1.0, 1.0, 1.0, 1.0, 1.0, 1.0]) == pytest.approx(2 / 2**6)
    assert wilcoxon_over_budgets([-1.0, 1.0]) == 1.0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-4, 4).filter(bool), min_size=1, max_size=9))
def test_the_papers_test_by_counting_all_patterns(differences: List[float]) -> None:
    ranks = stats.rankdata(np.abs(differences))
    middle = ranks.sum() / 2
    off = abs(ranks[np.array(differences) > 0].sum() - middle)
    sums = [ranks[np.array(signs, bool)].sum() for signs in product((0, 1), repeat=len(ranks))]
    expected = np.mean([abs(value - middle) >= off - 1e-9 for value in sums])
    assert wilcoxon_over_budgets(differences) == pytest.approx(expected)


def test_the_papers_test_of_many_budgets_is_close_to_the_normal_one() -> None:
    differences = [float(k % 5 + 1) * (-1) ** (k % 3 == 0) for k in range(40)]
    normal = stats.wilcoxon(differences, method="asymptotic", correction=True).pvalue
    assert wilcoxon_over_budgets(differences) == pytest.approx(normal, rel=0.05)


def test_holm_by_hand() -> None:
    # Sorted 0.01, 0.03, 0.04 times 3, 2, 1: 0.03, 0.06, 0.04; the third may not be below the second.
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []


def test_holm_counts_pairs_without_p() -> None:
    assert holm([0.01, None]) == [0.02, None]
    assert holm([0.01, 0.02], planned=4) == [0.04, 0.06]
    assert holm([0.01, 0.02], planned=1) == [0.02, 0.02]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_lies_between_no_correction_and_bonferroni(p_values: List[float]) -> None:
    adjusted = holm(p_values)
    for p, corrected in zip(p_values, adjusted, strict=True):
        assert corrected is not None
        assert p <= corrected <= min(1.0, len(p_values) * p) + 1e-12
    in_order = [adjusted[i] for i in np.argsort(p_values, kind="stable")]
    assert in_order == sorted(in_order)  # type: ignore[type-var]


@pytest.mark.parametrize(("pairs", "seeds"), [(1, 6), (2, 7), (3, 7), (4, 8), (6, 8), (15, 10)])
def test_seeds_needed(pairs: int, seeds: int) -> None:
    assert seeds_needed(pairs) == seeds
    assert 2 / 2**seeds * pairs <= 0.05 < 2 / 2 ** (seeds - 1) * pairs


def test_area_by_hand() -> None:
    # Trapezoids over 10 and 30 labels: 10 * 15 + 30 * 25 = 900, over 40 labels.
    assert area_under_curve([10, 20, 50], [10.0, 20.0, 30.0]) == pytest.approx(22.5)
    assert area_under_curve([10], [12.0]) == 12.0
    assert area_under_curve([10, 10], [12.0, 14.0]) == 13.0, "two rounds with one budget"
    assert area_under_curve([10, 10, 20], [99.0, 10.0, 20.0]) == pytest.approx(15.0)


def test_labels_to_reach_by_hand() -> None:
    curve = [10.0, 20.0, 50.0], [30.0, 50.0, 40.0]
    assert labels_to_reach(*curve, 40) == pytest.approx(15.0)
    assert labels_to_reach(*curve, 50) == pytest.approx(20.0)
    assert labels_to_reach(*curve, 30) == 10.0
    assert labels_to_reach(*curve, 20) == 10.0
    assert labels_to_reach(*curve, 51) is None
