"""Pairs, ratios and their intervals, by numbers that were worked by hand."""

import math
from typing import List

import pytest
import torch

from benchmarks.measure import Pair, at_least, at_most, interleaved, speed_interval

CPU = torch.device("cpu")


def test_the_interval_is_students_on_the_logarithms() -> None:
    """Ratios 1, 2 and 4: logarithms 0, ln 2 and 2 ln 2, whose mean and deviation are ln 2; t(0.975, 2) = 4.302653."""
    found = speed_interval([Pair(2.0, 2.0), Pair(1.0, 2.0), Pair(0.5, 2.0)])
    half = 4.302653 * math.log(2) / math.sqrt(3)
    assert found.mean == pytest.approx(2)
    assert found.low == pytest.approx(2 * math.exp(-half), rel=1e-5)
    assert found.high == pytest.approx(2 * math.exp(half), rel=1e-5)


def test_equal_ratios_leave_no_doubt_and_one_pair_leaves_all() -> None:
    assert speed_interval([Pair(1.0, 3.0)] * 9) == pytest.approx((3, 3, 3))
    assert speed_interval([Pair(1.0, 3.0)]) == (pytest.approx(3), 0.0, math.inf)


def test_at_most_asks_for_the_inverse_speed() -> None:
    """11 s against 10 s is 1.1 times its seconds: met, and not by a moment more."""
    target = at_most(1.1)
    assert target.speed == pytest.approx(0.909091, rel=1e-5)
    assert target.met(speed_interval([Pair(10.99, 10.0)] * 9))
    assert not target.met(speed_interval([Pair(11.01, 10.0)] * 9))
    # Half of the pairs at its seconds, half at 1.2 times: the mean √1.2 = 1.095 would do, its interval does not.
    mixed = speed_interval([Pair(10.0, 10.0), Pair(12.0, 10.0)] * 5)
    assert target.shown(mixed).mean == pytest.approx(math.sqrt(1.2))
    assert target.shown(mixed).low < math.sqrt(1.2) < target.shown(mixed).high
    assert not target.met(mixed)


def test_at_least_is_judged_by_the_lower_end() -> None:
    target = at_least(5)
    assert target.met(speed_interval([Pair(1.0, 5.01)] * 9))
    assert not target.met(speed_interval([Pair(1.0, 4.0), Pair(1.0, 7.0)] * 5))
    assert target.shown(speed_interval([Pair(1.0, 5.0)] * 9)).mean == pytest.approx(5)


def test_pairs_alternate_after_a_warm_up() -> None:
    """A clock that the two turn forward by 2 and 3 seconds."""
    calls: List[str] = []
    now = [0.0]

    def work(name: str, seconds: float) -> str:
        calls.append(name)
        now[0] += seconds
        return name

    pairs, ours, reference = interleaved(
        lambda: work("ours", 2),
        lambda: work("reference", 3),
        3,
        CPU,
        clock=lambda: now[0],
        prepare=lambda: work("prepare", 5),
    )
    assert pairs == [Pair(2, 3)] * 3
    assert (ours, reference) == ("ours", "reference")
    assert calls == ["prepare", "ours", "reference"] * 2 + [
        "reference",
        "prepare",
        "ours",
        "prepare",
        "ours",
        "reference",
    ]
