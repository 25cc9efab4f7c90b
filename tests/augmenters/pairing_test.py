"""Pairs: every window is a candidate, no sentence is preferred, nothing is listed that is not needed."""

import copy
from collections import Counter
from dataclasses import replace
from itertools import combinations, islice
from typing import Any

import numpy as np
import pytest
from allennlp.common.checks import ConfigurationError
from hypothesis import given, settings
from hypothesis import strategies as st

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.pairing import (
    LabelConstrainedPairing,
    MentionMixupPairing,
    Pairing,
    SubSequencePairing,
    WholeSequencePairing,
)
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


def valid(tags: "list[str]") -> int:
    return sum(tag != "O" for tag in tags)


@settings(max_examples=60, deadline=None)
@given(st.lists(TAGS, max_size=6), st.sampled_from([0.0, 0.2, 0.5, 1.0]), st.sampled_from([None, 0, 1, 3]))
def test_whole_sequences_are_exactly_those_of_equal_length_with_enough_labels(
    tags: "list[list[str]]", density: float, count: "int | None"
) -> None:
    labelled = [sentence(n, row) for n, row in enumerate(tags)]
    pairing = WholeSequencePairing(min_density=density) if count is None else WholeSequencePairing(min_valid=count)
    pairs = list(pairing.pairs(labelled, np.random.default_rng(3)))
    assert all((pair.first_start, pair.second_start) == (0, 0) for pair in pairs)
    assert all(pair.length == len(tags[pair.first]) == len(tags[pair.second]) for pair in pairs)

    def eligible(row: "list[str]") -> bool:
        return valid(row) >= (density * len(row) - 1e-9 if count is None else count)

    expected = [
        (i, j)
        for i, j in combinations(range(len(tags)), 2)
        if len(tags[i]) == len(tags[j]) and eligible(tags[i]) and eligible(tags[j])
    ]
    assert sorted((pair.first, pair.second) for pair in pairs) == expected


def test_a_count_of_valid_labels_admits_long_sentences_that_a_density_does_not() -> None:
    labelled = [sentence(n, ["B-PER"] * 3 + ["O"] * 7) for n in range(2)]
    assert list(WholeSequencePairing().pairs(labelled, np.random.default_rng(0))) == []
    assert len(list(WholeSequencePairing(min_valid=3).pairs(labelled, np.random.default_rng(0)))) == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(TAGS, max_size=6), st.integers(1, 4), st.sampled_from([0.0, 0.3, 1.0]), st.integers(0, 9))
def test_label_constrained_pairs_are_exactly_those_that_share_the_labels_of_a_window(
    tags: "list[list[str]]", window: int, density: float, seed: int
) -> None:
    labelled = [sentence(n, row) for n, row in enumerate(tags)]

    def windows(row: "list[str]") -> "set[tuple[str, ...]]":
        parts = [tuple(row[start : start + window]) for start in range(len(row) - window + 1)]
        return {part for part in parts if valid(list(part)) >= density * window - 1e-9}

    pairs = list(LabelConstrainedPairing(window, density).pairs(labelled, np.random.default_rng(seed)))
    for pair in pairs:
        one = tags[pair.first][pair.first_start : pair.first_start + window]
        other = tags[pair.second][pair.second_start : pair.second_start + window]
        assert one == other
        assert tuple(one) in windows(tags[pair.first])
    expected = [(i, j) for i, j in combinations(range(len(tags)), 2) if windows(tags[i]) & windows(tags[j])]
    assert sorted((pair.first, pair.second) for pair in pairs) == expected  # each once, though some share several


def test_label_constrained_pairs_are_uniform_though_some_share_more() -> None:
    """0 and 1 share two label tuples, 1 and 2 one: both pairs come first equally often, 200 of 400, σ = 10."""
    tags = [["B-PER", "O", "B-LOC"], ["B-PER", "O", "B-LOC"], ["B-PER", "O"]]
    labelled = [sentence(n, row) for n, row in enumerate(tags)]
    pairing = LabelConstrainedPairing(2, 0.5)
    firsts = Counter(next(iter(pairing.pairs(labelled, np.random.default_rng(seed))))[:3:2] for seed in range(600))
    assert set(firsts) == {(0, 1), (0, 2), (1, 2)}
    assert all(155 <= count <= 245 for count in firsts.values())


def test_soft_labels_are_the_labels_that_must_be_the_same() -> None:
    """Equal tags over other distributions are other labels: mixing would change them."""
    soft = [({"B-PER": 0.6, "O": 0.4}, {"O": 1.0}), ({"B-PER": 0.9, "O": 0.1}, {"O": 1.0})]
    one, other = (TaggedSentence(str(n), ("a", "b"), ("B-PER", "O"), rows) for n, rows in enumerate(soft))
    pairing, rng = LabelConstrainedPairing(2, 0.5), np.random.default_rng(0)
    assert list(pairing.pairs([one, other], rng)) == []
    assert len(list(pairing.pairs([one, replace(one, id="2")], rng))) == 1


@pytest.mark.parametrize("pairing", [SubSequencePairing(2, 0.5), LabelConstrainedPairing(2, 0.5)])
def test_windows_cut_no_entity_when_asked(pairing: Pairing) -> None:
    tags = ["O", "B-PER", "I-PER", "I-PER", "B-LOC", "I-LOC", "O"]
    labelled = [sentence(n, tags) for n in range(2)]

    def starts(some: Pairing) -> "set[int]":
        return {
            start
            for seed in range(60)
            for pair in some.pairs(labelled, np.random.default_rng(seed))
            for start in (pair.first_start, pair.second_start)
        }

    assert starts(pairing) == {0, 1, 2, 3, 4, 5}
    assert starts(type(pairing)(2, 0.5, entity_borders=True)) == {4}


@pytest.mark.parametrize(
    "pairing",
    [SubSequencePairing(1, 1, True), LabelConstrainedPairing(1, 1, True), MentionMixupPairing(same_type=False)],
)
def test_an_entity_that_goes_on_after_the_visible_words_is_cut(pairing: Pairing, context: AugmentationContext) -> None:
    """Of Anna Berg Paris the model reads Anna."""
    tags = ["O", "B-LOC", "O", "B-PER", "I-PER", "I-PER"]
    labelled = [sentence(0, tags), sentence(1, tags[:2]), sentence(2, ["B-PER", "O"])]
    reader = replace_first(context.reader, 4)
    pairs = [pair for seed in range(20) for pair in pairing.of_round(labelled, replace(context, reader=reader))]
    assert pairs
    assert {(pair.first, pair.first_start) for pair in pairs} <= {(0, 1), (1, 1)}


def replace_first(reader: Any, number: int) -> Any:
    """The reader, with a limit of so many words."""
    limited = copy.copy(reader)
    limited.truncated = lambda sentences: [one.first(number) for one in sentences]
    return limited


def test_mentions_of_one_type_and_length_by_hand() -> None:
    """Persons of two words at 1 and 0, places of one word at 3 and 2; the person of one word has no partner."""
    labelled = [
        sentence(0, ["O", "B-PER", "I-PER", "B-LOC"]),
        sentence(1, ["B-PER", "I-PER", "B-LOC"]),
        sentence(2, ["B-PER", "O"]),
    ]
    drawn = {next(MentionMixupPairing().pairs(labelled, np.random.default_rng(seed))) for seed in range(30)}
    assert drawn == {(0, 1, 1, 0, 2), (0, 3, 1, 2, 1)}
    assert len(list(MentionMixupPairing().pairs(labelled, np.random.default_rng(0)))) == 1  # a pair of sentences
    any_type = {pair for seed in range(30) for pair in MentionMixupPairing(False).pairs(labelled, rng_of(seed))}
    assert any_type == {*drawn, (0, 3, 2, 0, 1), (1, 2, 2, 0, 1)}


def rng_of(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-LOC"]), max_size=6), max_size=5))
def test_mixed_mentions_have_the_same_labels_and_are_whole(tags: "list[list[str]]") -> None:
    labelled = [sentence(n, row) for n, row in enumerate(tags)]
    for first, first_start, second, second_start, length in MentionMixupPairing().pairs(labelled, rng_of(0)):
        one, other = tags[first][first_start:], tags[second][second_start:]
        assert [tag[2:] for tag in one[:length]] == [tag[2:] for tag in other[:length]]
        assert all(rest[length:][:1] != ["I-" + rest[0][2:]] for rest in (one, other))


def test_grouping_needs_no_pass_over_all_pairs() -> None:
    """20,000 sentences have 200 million pairs."""
    labelled = [sentence(n, ["B-PER", "O", "B-LOC"] * (1 + n % 3)) for n in range(20_000)]
    for pairing in (WholeSequencePairing(min_density=0.5), LabelConstrainedPairing(3, 0.5), MentionMixupPairing()):
        assert len(list(islice(pairing.pairs(labelled, np.random.default_rng(0)), 500))) == 500


NAMES = ["sub_sequence", "label_constrained", "whole_sequence", "mention_mixup"]


@pytest.mark.parametrize("name", NAMES)
class TestContract:
    def test_the_same_generator_gives_the_same_pairs(self, name: str) -> None:
        labelled = [sentence(n, ["B-PER"] * (5 + n % 2)) for n in range(9)]
        pairing = Pairing.by_name(name)()
        once, again = (list(pairing.pairs(labelled, np.random.default_rng(2))) for _ in range(2))
        assert once == again
        assert len({(pair.first, pair.second) for pair in once}) == len(once)
        assert all(pair.first < pair.second for pair in once)

    @pytest.mark.parametrize("size", [0, 1])
    def test_too_few_sentences_are_no_pair(self, name: str, size: int) -> None:
        labelled = [sentence(n, ["B-PER"] * 5) for n in range(size)]
        assert list(Pairing.by_name(name)().pairs(labelled, np.random.default_rng(0))) == []

    def test_sentences_without_valid_labels_are_no_pair(self, name: str) -> None:
        labelled = [sentence(n, ["O"] * 5) for n in range(4)]
        assert list(Pairing.by_name(name)().pairs(labelled, np.random.default_rng(0))) == []


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        *[
            (name, *wrong)
            for name in NAMES[:2]
            for wrong in (("window", 0), ("min_density", 1.5), ("min_density", -0.1))
        ],
        ("whole_sequence", "min_density", 2.0),
        ("whole_sequence", "min_valid", -1),
    ],
)
def test_values_out_of_range_are_errors(name: str, key: str, value: float) -> None:
    with pytest.raises(ConfigurationError, match=f"pairing.{key} is {value}"):
        Pairing.by_name(name)(**{key: value})


def test_sentences_of_which_no_word_is_kept_are_no_pair() -> None:
    labelled = [TaggedSentence(str(n), (), ()) for n in range(3)]
    assert list(WholeSequencePairing(min_valid=0).pairs(labelled, np.random.default_rng(0))) == []


def test_a_density_and_a_count_are_an_error() -> None:
    with pytest.raises(ConfigurationError, match="takes either 'min_density' or 'min_valid', not both"):
        WholeSequencePairing(min_density=0.5, min_valid=3)


def test_windows_are_drawn_as_by_choice() -> None:
    """Published runs drew windows by `Generator.choice`, whose random numbers these are."""
    ours, theirs = np.random.default_rng(3), np.random.default_rng(3)
    for size in (1, 2, 1, 7, 30):
        starts = np.arange(size) * 2
        assert starts[ours.integers(size)] == theirs.choice(starts)
