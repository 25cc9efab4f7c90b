import numpy as np
import pytest
from scipy.stats import norm

from seqmix_plugin.functional import length_density


def test_the_density_by_hand() -> None:
    """
    Lengths 2, 4, 4, 6: the standard deviation is √(8/3) = 1.63, the quartiles 3.5 and 4.5, so that the bandwidth is
    1.059 · (1 / 1.349) · 4^(−1/5).
    """
    bandwidth = 1.059 / 1.349 * 4**-0.2
    density = length_density(np.array([4, 2, 6, 4]))
    assert density.shape == (7,)
    expected = [np.mean(norm.pdf(length, [2, 4, 4, 6], bandwidth)) for length in range(7)]
    np.testing.assert_allclose(density, expected)
    assert density.argmax() == 4


def test_the_standard_deviation_where_it_is_smaller_or_most_lengths_are_the_same() -> None:
    alike = np.array([5] * 9 + [7])  # both quartiles are 5
    bandwidth = 1.059 * alike.std(ddof=1) * 10**-0.2
    np.testing.assert_allclose(length_density(alike)[7], np.mean(norm.pdf(7, alike, bandwidth)))
    halves = np.array([1, 1, 3, 3])  # IQR / 1.349 = 1.48, the deviation 1.15
    bandwidth = 1.059 * halves.std(ddof=1) * 4**-0.2
    np.testing.assert_allclose(length_density(halves)[2], np.mean(norm.pdf(2, halves, bandwidth)))


@pytest.mark.parametrize("lengths", [[5, 5, 5], [3], []])
def test_equal_lengths_have_the_same_weight(lengths: "list[int]") -> None:
    density = length_density(np.array(lengths, dtype=int))
    assert set(density.tolist()) == {1.0}
    assert len(density) == max(lengths, default=0) + 1


def test_it_is_a_density() -> None:
    lengths = np.random.default_rng(0).integers(30, 60, 500)
    assert length_density(np.append(lengths, 200)).sum() == pytest.approx(1, abs=1e-3)
