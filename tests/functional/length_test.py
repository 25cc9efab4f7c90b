"""Scores with the length taken out: by hand, against brute force, and what must not change them."""

import numpy as np
import pytest

from seqmix_plugin.functional import nearest_windows, rank_among_nearest, regressed_on_length


def pool(size: int, seed: int = 0) -> "tuple[np.ndarray, np.ndarray, np.random.Generator]":
    """Skewed lengths, and distinct numbers for ties."""
    rng = np.random.default_rng(seed)
    return rng.geometric(0.1, size), rng.permutation(size), rng


def test_ranks_by_hand() -> None:
    """Lengths 1, 1, 1 | 8, 9, 9: each is compared with the three of its kind."""
    lengths = np.array([9, 1, 8, 1, 9, 1])
    values = np.array([0.1, 5.0, 0.3, 7.0, 0.2, 6.0])
    ranks = rank_among_nearest(values, lengths, np.arange(6), neighbours=3)
    lowest, middle, highest = 0.5 / 3, 1.5 / 3, 2.5 / 3
    assert ranks.tolist() == pytest.approx([lowest, lowest, highest, highest, middle, middle])


def test_equal_values_share_their_rank() -> None:
    ranks = rank_among_nearest(np.array([1.0, 1.0, 0.0, 2.0]), np.full(4, 5), np.arange(4), neighbours=9)
    assert ranks.tolist() == [0.5, 0.5, 0.125, 0.875]


@pytest.mark.parametrize("size", [1, 2, 7, 60])
@pytest.mark.parametrize("neighbours", [1, 2, 5, 6, 60])
def test_windows_have_the_nearest_lengths(size: int, neighbours: int) -> None:
    lengths, _, _ = pool(size, seed=neighbours)
    lengths, neighbours = np.sort(lengths), min(size, neighbours)
    for place, start in enumerate(nearest_windows(lengths, neighbours)):
        assert start <= place < start + neighbours <= size
        distances = np.abs(lengths - lengths[place])
        inside = np.sort(distances[start : start + neighbours])
        assert inside.tolist() == np.sort(distances)[:neighbours].tolist()


def test_a_window_among_sentences_of_one_length_has_its_sentence_in_the_middle() -> None:
    starts = nearest_windows(np.array([3, *[4] * 9, 5]), 3)
    assert starts.tolist() == [0, 1, 1, 2, 3, 4, 5, 6, 7, 7, 8]


@pytest.mark.parametrize("neighbours", [2, 5, 101])
def test_ranks_equal_brute_force(neighbours: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths, ties, rng = pool(80)
    values = rng.integers(0, 20, 80) / 7
    ranks = rank_among_nearest(values, lengths, ties, neighbours)
    order = np.lexsort((ties, lengths))
    size = min(neighbours, 80)
    for place, start in enumerate(nearest_windows(lengths[order], size)):
        own, others = values[order[place]], values[order[start : start + size]]
        assert ranks[order[place]] == pytest.approx(np.mean(others < own) + np.mean(others == own) / 2)
    monkeypatch.setattr("seqmix_plugin.functional.length.CHUNK", 7)
    assert (rank_among_nearest(values, lengths, ties, neighbours) == ranks).all()


def test_what_depends_on_length_alone_has_no_effect_on_ranks() -> None:
    """Any increasing function at each length, and every length has as many sentences as are compared."""
    rng = np.random.default_rng(1)
    lengths, values = np.repeat(np.arange(1, 9), 20), rng.random(160)
    ranks = rank_among_nearest(values, lengths, np.arange(160), 20)
    biased = values**3 * lengths**2 - 5.0 * lengths
    assert rank_among_nearest(biased, lengths, np.arange(160), 20).tolist() == ranks.tolist()
    assert sorted(set(ranks)) == pytest.approx((np.arange(20) + 0.5) / 20)


def test_residuals_by_hand() -> None:
    """1, T and ln T fit three lengths exactly: what is left is the distance from the mean of each length."""
    lengths = np.array([1, 4, 9, 1, 4, 9])
    values = np.array([3.0, 5.0, 1.0, 5.0, 4.0, 1.0])
    residuals = regressed_on_length(values, lengths, standardized=False)
    assert residuals.tolist() == pytest.approx([-1.0, 0.5, 0.0, 1.0, -0.5, 0.0], abs=1e-9)


def test_standardized_residuals_by_hand() -> None:
    """Mean absolute residuals 1, 0.5 and 0.25 at the three lengths."""
    lengths = np.array([1, 4, 9, 1, 4, 9])
    values = np.array([3.0, 5.0, 1.0, 5.0, 4.0, 1.5])
    assert regressed_on_length(values, lengths).tolist() == pytest.approx([-1, 1, -1, 1, -1, 1])


def test_the_spread_is_at_least_a_tenth_of_the_mean_spread() -> None:
    """Mean absolute residuals 1, 0.5 and 0: the last is taken as (1 + 0.5 + 0) / 30."""
    lengths = np.array([1, 4, 9, 1, 4, 9])
    values = np.array([3.0, 5.0, 1.0, 5.0, 4.0, 1.0 + 1e-3])
    standardized = regressed_on_length(values, lengths)
    assert standardized[5] == pytest.approx(5e-4 / ((1 + 0.5 + 5e-4) / 30))


@pytest.mark.parametrize("trend", [lambda t: 0 * t, lambda t: 0.7 * t - 3, lambda t: 2 - np.log(t), lambda t: 1e-9 * t])
@pytest.mark.parametrize("standardized", [True, False])
def test_what_follows_from_the_length_leaves_nothing(trend: "object", standardized: bool) -> None:
    """Rounding errors would rank sentences of a constant score by length, instead of at random."""
    lengths, _, _ = pool(200)
    values = trend(lengths.astype(float))  # type: ignore[operator]
    assert set(regressed_on_length(values, lengths, standardized)) == {0.0}


def test_residuals_ignore_a_trend_in_length() -> None:
    lengths, _, rng = pool(300)
    values = rng.random(300)
    trended = values + 0.3 * lengths - 2 * np.log(lengths) + 5
    for standardized in (True, False):
        residuals = regressed_on_length(values, lengths, standardized)
        assert regressed_on_length(trended, lengths, standardized) == pytest.approx(residuals, abs=1e-8)


def test_residuals_depend_on_no_order_and_no_unit() -> None:
    lengths, order, rng = pool(100)
    values = rng.random(100)
    residuals = regressed_on_length(values, lengths)
    assert regressed_on_length(values[order], lengths[order]) == pytest.approx(residuals[order])
    assert regressed_on_length(1000 * values, lengths) == pytest.approx(residuals)


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_too_few_sentences_for_three_coefficients(size: int) -> None:
    lengths = np.array([4, 5, 6])[:size]
    assert regressed_on_length(np.arange(size, dtype=float), lengths).tolist() == [0.0] * size
    assert len(rank_among_nearest(np.arange(size, dtype=float), lengths, np.arange(size), 101)) == size


def mean_score(rng: np.random.Generator, lengths: np.ndarray) -> np.ndarray:
    """The mean of T independent exponential numbers: its mean is the same for all T, its variance is 1/T."""
    return rng.gamma(lengths, 1 / lengths)


def test_the_highest_of_mean_scores_are_of_short_sentences_unless_standardized() -> None:
    """The mean score is the same at each length: what prefers short sentences is the variance."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(2, 40, 4000)
    values = mean_score(rng, lengths)

    def length_of_best(ranks: np.ndarray) -> float:
        return float(lengths[np.argsort(-ranks)[:200]].mean())

    plain, residuals = length_of_best(values), length_of_best(regressed_on_length(values, lengths, standardized=False))
    standardized = length_of_best(regressed_on_length(values, lengths))
    ranked = length_of_best(rank_among_nearest(values, lengths, np.arange(4000), 101))
    assert residuals == pytest.approx(plain, rel=0.1)
    assert plain < 0.6 * lengths.mean()
    assert standardized > 1.5 * residuals  # the shape of the distribution, its skewness, still differs
    assert ranked == pytest.approx(lengths.mean(), rel=0.1)
