"""Pairs: every window is a candidate, no sentence is preferred, nothing is listed that is not needed."""

from collections import Counter
from itertools import combinations, islice

import numpy as np
import pytest
from allennlp.common.checks import ConfigurationError
from hypothesis import given, settings
from hypothesis import strategies as st

from seqmix_plugin.augmenters.pairing import SubSequencePairing
from seqmix_plugin.augmenters.pairing.pairing import draw_pairs
from seqmix_plugin.sentence import TaggedSentence

TAGS = st.lists(st.sampled_from(["O", "B-PER", "B-LOC"]), min_size=1, max_size=9)


def sentence(name: int, tags: "list[str]") -> TaggedSentence:
    return TaggedSentence(str(name), tuple(f"w{t}" for t in range(len(tags))), tuple(tags))


@pytest.mark.parametrize("size", range(8))
def test_all_pairs_come_exactly_once(size: int) -> None:
    drawn = list(draw_pairs([size], np.random.default_rng(size)))
    assert sorted(drawn) == [(0, i, j) for i, j in combinations(range(size), 2)]


@given(st.lists(st.integers(0, 6), max_size=5), st.integers(0, 99))
def test_all_pairs_of_all_groups_come_exactly_once(sizes: "list[int]", seed: int) -> None:
    drawn = list(draw_pairs(sizes, np.random.default_rng(seed)))
    assert sorted(drawn) == [(g, i, j) for g, size in enumerate(sizes) for i, j in combinations(range(size), 2)]


def test_few_pairs_of_very_many_cost_little() -> None:
    drawn = list(islice(draw_pairs([3, 200_000], np.random.default_rng(0)), 1000))
    assert len(set(drawn)) == 1000
    assert all(0 <= i < j < 200_000 for _, i, j in drawn)


def test_the_first_pair_is_uniform() -> None:
    """600 draws of 10 pairs: each is expected 60 times, with a standard deviation of 7.3."""
    counts = Counter(next(draw_pairs([5], np.random.default_rng(seed)))[1:] for seed in range(600))
    assert set(counts) == set(combinations(range(5), 2))
    assert all(30 <= count <= 90 for count in counts.values())


def test_no_sentence_is_in_most_pairs() -> None:
    """The paper's public code paired nearly everything with sentence 0."""
    labelled = [sentence(n, ["B-PER"] * 5) for n in range(50)]
    counts: Counter = Counter()
    for pair in islice(SubSequencePairing().pairs(labelled, np.random.default_rng(1)), 250):
        counts.update((pair.first, pair.second))
    assert max(counts.values()) <= 25  # 10 are expected


@settings(max_examples=60, deadline=None)
@given(st.lists(TAGS, max_size=5), st.integers(1, 5), st.sampled_from([0.0, 0.2, 0.5, 0.6, 1.0]), st.integers(0, 99))
def test_pairs_are_exactly_those_with_an_eligible_window_in_each(
    tags: "list[list[str]]", window: int, density: float, seed: int
) -> None:
    labelled = [sentence(n, row) for n, row in enumerate(tags)]

    def eligible(row: "list[str]", start: int) -> bool:
        part = row[start : start + window]
        return len(part) == window and sum(tag != "O" for tag in part) >= density * window - 1e-9

    pairs = list(SubSequencePairing(window, density).pairs(labelled, np.random.default_rng(seed)))
    for pair in pairs:
        assert pair.length == window
        assert eligible(tags[pair.first], pair.first_start)
        assert eligible(tags[pair.second], pair.second_start)
    able = [n for n, row in enumerate(tags) if any(eligible(row, start) for start in range(len(row)))]
    assert sorted((pair.first, pair.second) for pair in pairs) == list(combinations(able, 2))


def test_every_window_of_a_sentence_is_used() -> None:
    labelled = [sentence(0, ["B-PER"] * 4), sentence(1, ["B-PER"] * 3)]
    starts = {
        next(SubSequencePairing(3, 0.6).pairs(labelled, np.random.default_rng(seed))).first_start for seed in range(30)
    }
    assert starts == {0, 1}


@pytest.mark.parametrize(("key", "value"), [("window", 0), ("min_density", 1.5), ("min_density", -0.1)])
def test_values_out_of_range_are_errors(key: str, value: float) -> None:
    with pytest.raises(ConfigurationError, match=f"pairing.{key} is {value}"):
        SubSequencePairing(**{key: value})
