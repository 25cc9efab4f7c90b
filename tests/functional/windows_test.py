from typing import List

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqmix_plugin.functional import eligible_windows


def test_by_hand() -> None:
    valid = [True, False, False, True, True, False]
    #        1 of 3, 1 of 3, 2 of 3, 2 of 3
    assert eligible_windows(valid, 3, 0.5).tolist() == [2, 3]
    assert eligible_windows(valid, 3, 0.3).tolist() == [0, 1, 2, 3]
    assert eligible_windows(valid, 3, 1.0).tolist() == []
    assert eligible_windows(valid, 2, 1.0).tolist() == [3]


def test_the_last_window_counts() -> None:
    assert eligible_windows([False] * 4 + [True] * 3, 3, 1.0).tolist() == [4]


def test_a_sentence_of_the_windows_length_is_one_window() -> None:
    assert eligible_windows([True, True, False], 3, 0.6).tolist() == [0]
    assert eligible_windows([True, False, False], 3, 0.6).tolist() == []


def test_a_sentence_shorter_than_the_window_has_none() -> None:
    for min_density in (0.0, 1.0):
        starts = eligible_windows([True, True], 3, min_density)
        assert starts.tolist() == []
        assert starts.dtype == np.int64
    assert eligible_windows([], 1, 0.0).tolist() == []


def test_three_of_five_pass_six_tenths() -> None:
    assert eligible_windows([True, True, True, False, False], 5, 0.6).tolist() == [0]
    assert eligible_windows([True, True, False, False, False], 5, 0.6).tolist() == []


@pytest.mark.parametrize("length", range(1, 41))
def test_every_fraction_passes_itself(length: int) -> None:
    """n of s reach η₀ = n / s and do not reach (n + ½) / s, whatever the rounding."""
    for count in range(length + 1):
        valid = [True] * count + [False] * (length - count)
        assert eligible_windows(valid, length, count / length).tolist() == [0]
        if count < length:
            assert eligible_windows(valid, length, (count + 0.5) / length).tolist() == []


@settings(deadline=None, max_examples=200)
@given(st.lists(st.booleans(), max_size=20), st.integers(1, 8), st.integers(0, 100))
def test_as_brute_force(valid: List[bool], length: int, percent: int) -> None:
    expected = [
        start
        for start in range(len(valid) - length + 1)
        if 100 * sum(valid[start : start + length]) >= percent * length
    ]
    assert eligible_windows(valid, length, percent / 100).tolist() == expected
    assert eligible_windows(np.array(valid, dtype=bool), length, percent / 100).tolist() == expected
