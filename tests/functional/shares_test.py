"""One order made of two."""

import numpy as np
import pytest

from seqmix_plugin.functional import evenly_spread, interleaved


def test_a_fifth_of_ten_places() -> None:
    assert np.flatnonzero(evenly_spread(10, 0.2, 0.0)).tolist() == [4, 9]
    assert np.flatnonzero(evenly_spread(10, 0.2, 0.5)).tolist() == [2, 7]


@pytest.mark.parametrize("share", [0, 0.07, 0.2, 1 / 3, 0.5, 0.9, 1])
def test_any_beginning_has_the_share_give_or_take_one(share: float) -> None:
    for offset in (0.0, 0.3, 0.999):
        marked = evenly_spread(200, share, offset)
        assert len(marked) == 200
        assert np.abs(marked.cumsum() - share * np.arange(1, 201)).max() < 1 + 1e-9


def test_each_place_is_marked_with_the_probability() -> None:
    rates = np.mean([evenly_spread(7, 0.3, offset) for offset in np.linspace(0, 1, 1000, endpoint=False)], axis=0)
    assert rates == pytest.approx(np.full(7, 0.3), abs=2e-3)


def test_two_orders_by_hand() -> None:
    """The second gives 3; then the first's 3 is passed over, and the second's 1."""
    order = interleaved(np.array([5, 3, 1, 0]), np.array([3, 1, 2, 5]), np.array([False, True, False, True]))
    assert order.tolist() == [5, 3, 1, 2]


@pytest.mark.parametrize("seed", range(5))
def test_two_orders_of_the_same_numbers_give_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    order = interleaved(rng.permutation(9), rng.permutation(9), rng.random(9) < 0.5)
    assert sorted(order.tolist()) == list(range(9))
