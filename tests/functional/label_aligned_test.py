"""Choices of label-aligned augmentation: hand-worked cases, and frequencies against what they must be."""

import itertools
from collections import Counter
from typing import List, Tuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqmix_plugin.functional import (
    apportioned,
    count_others,
    draw_others,
    segments,
    select_some,
    shuffled_within,
)
from seqmix_plugin.tag_schemes import tags_to_spans


class Drawn(np.random.Generator):
    """A generator whose uniform numbers are given."""

    def __init__(self, *values: float) -> None:
        super().__init__(np.random.PCG64(0))
        self.values = values

    def random(self, size: int) -> np.ndarray:  # type: ignore[override]
        assert size == len(self.values)
        return np.array(self.values)


def test_items_below_the_probability_are_selected_or_the_lowest() -> None:
    """Sentences 0 and 2 have items below 0.3; of sentence 1, which has none, the lowest draw is 0.6."""
    rng = Drawn(0.2, 0.9, 0.7, 0.6, 0.8, 0.1, 0.25)
    selected = select_some(np.array([0, 0, 1, 1, 1, 2, 2]), 0.3, rng)
    assert selected.tolist() == [True, False, False, True, False, True, True]


@pytest.mark.parametrize(("probability", "expected"), [(0.0, 1 / 3), (0.3, 0.3 + 0.7**3 / 3), (1.0, 1.0)])
def test_how_often_an_item_of_three_is_selected(probability: float, expected: float) -> None:
    owners = np.repeat(np.arange(20_000), 3)
    selected = select_some(owners, probability, np.random.default_rng(0)).reshape(-1, 3)
    assert selected.any(axis=1).all()
    assert selected.mean(axis=0) == pytest.approx([expected] * 3, abs=0.01)


# Kind 0 has value 0 three times, value 1 twice and value 2 once; kind 1 has value 1 twice.
BANK = np.array([(0, 1), (0, 0), (1, 1), (0, 0), (0, 2), (1, 1), (0, 1), (0, 0)])


def test_others_are_counted_by_hand() -> None:
    items = np.array([(0, 0), (0, 1), (0, 2), (1, 1), (1, 0), (0, 7), (2, 0)])
    assert count_others(items, BANK).tolist() == [3, 4, 5, 0, 2, 6, 0]
    assert count_others(np.array([(0, 0)]), np.empty((0, 2), dtype=np.int64)).tolist() == [0]


def test_another_value_is_drawn_in_proportion_to_its_frequency() -> None:
    items = np.array([(0, 1)] * 30_000)
    drawn = BANK[draw_others(items, BANK, np.random.default_rng(0))]
    counts = Counter(map(tuple, drawn.tolist()))
    assert counts.keys() == {(0, 0), (0, 2)}
    assert counts[(0, 0)] / len(items) == pytest.approx(3 / 4, abs=0.01)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=12), st.integers(0, 99))
def test_drawing_against_brute_force(pairs: List[Tuple[int, int]], seed: int) -> None:
    bank = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    wanted = np.array([(kind, value) for kind in range(5) for value in range(6)])
    counts = count_others(wanted, bank)
    others = [[n for n, (k, v) in enumerate(pairs) if k == kind and v != value] for kind, value in wanted]
    assert counts.tolist() == [len(some) for some in others]
    able = counts > 0
    drawn = draw_others(wanted[able], bank, np.random.default_rng(seed))
    assert all(n in some for n, some in zip(drawn.tolist(), filter(None, others), strict=True))


def test_segments_by_hand() -> None:
    tags = ["O", "O", "B-PER", "I-PER", "B-PER", "B-LOC", "I-LOC", "O"]
    assert segments(tags) == [(0, 2), (2, 4), (4, 5), (5, 7), (7, 8)]
    assert segments([]) == []


@given(st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]), max_size=9))
def test_segments_are_the_mentions_and_what_is_between_them(tags: List[str]) -> None:
    parts = segments(tags)
    assert [position for start, end in parts for position in range(start, end)] == list(range(len(tags)))
    spans, _ = tags_to_spans(tags, repair=True)
    assert [part for part in parts if tags[part[0]] != "O"] == [(span.start, span.end) for span in spans]
    between = [part for part in parts if tags[part[0]] == "O"]
    assert all(one[1] < other[0] for one, other in itertools.pairwise(between))


def test_words_are_shuffled_within_their_segment_by_hand() -> None:
    order = shuffled_within(np.array([0, 0, 0, 1, 1]), Drawn(0.5, 0.9, 0.1, 0.4, 0.3))
    assert order.tolist() == [2, 0, 1, 4, 3]


def test_all_orders_are_equally_frequent() -> None:
    groups = np.repeat(np.arange(12_000), 3)
    orders = shuffled_within(groups, np.random.default_rng(0)).reshape(-1, 3) % 3
    counts = Counter(map(tuple, orders.tolist()))
    assert len(counts) == 6
    assert all(count == pytest.approx(2000, abs=200) for count in counts.values())


@pytest.mark.parametrize(
    ("total", "weights", "expected"),
    [
        (10, [1, 1], [5, 5]),
        (10, [1, 1, 1], [4, 3, 3]),  # 3⅓ each: of equal fractions the first
        (10, [2, 1, 0.5], [6, 3, 1]),  # 5.71, 2.86 and 1.43
        (1, [1, 5], [0, 1]),
        (0, [1, 2], [0, 0]),
        (7, [0.1, 0.2, 0.4], [1, 2, 4]),
    ],
)
def test_a_number_is_divided_by_weights_by_hand(total: int, weights: List[float], expected: List[int]) -> None:
    assert apportioned(total, weights) == expected


@given(st.integers(0, 500), st.lists(st.floats(0.01, 100), min_size=1, max_size=6))
def test_shares_sum_to_the_total_and_are_off_by_less_than_one(total: int, weights: List[float]) -> None:
    shares = apportioned(total, weights)
    assert sum(shares) == total
    assert all(abs(n - total * w / sum(weights)) < 1 + 1e-6 for n, w in zip(shares, weights, strict=True))
