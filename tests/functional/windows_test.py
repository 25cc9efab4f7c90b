from typing import List

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqmix_plugin.functional import eligible_windows, whole_entity_windows
from seqmix_plugin.tag_schemes import tags_to_spans


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


def test_windows_that_cut_no_entity_by_hand() -> None:
    tags = ["B-PER", "I-PER", "O", "B-LOC", "B-ORG", "I-ORG"]
    # The window at 1 begins inside PER, the one at 3 ends inside ORG.
    assert whole_entity_windows(tags, 2).tolist() == [0, 2, 4]
    assert whole_entity_windows(tags, 1).tolist() == [2, 3]
    assert whole_entity_windows(tags, 6).tolist() == [0]
    assert whole_entity_windows(tags, 7).tolist() == []


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["O", "B-PER", "B-LOC", "more"]), max_size=9), st.integers(1, 5))
def test_windows_that_cut_no_entity_hold_whole_spans(draft: List[str], length: int) -> None:
    tags: List[str] = []
    for tag in draft:  # "more" goes on whatever entity is open
        goes_on = tag == "more" and tags and tags[-1] != "O"
        tags.append(f"I-{tags[-1][2:]}" if goes_on else "O" if tag == "more" else tag)
    spans, _ = tags_to_spans(tags)

    def cut(start: int) -> bool:
        return any(span.start < border < span.end for span in spans for border in (start, start + length))

    expected = [start for start in range(len(tags) - length + 1) if not cut(start)]
    assert whole_entity_windows(tags, length).tolist() == expected
