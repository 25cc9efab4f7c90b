"""Policies whose score is a sum over words, some of which count more than others."""

from math import log
from typing import Any, Dict, List, Sequence

import numpy as np
import pytest
import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.functional import length_density
from seqmix_plugin.query_policies import (
    EntityWeightedPolicy,
    InverseTagFrequencyPolicy,
    MarginPolicy,
    QueryContext,
    QueryPolicy,
    ScoredBatch,
    TagCountPolicy,
)
from seqmix_plugin.sentence import TaggedSentence

TAGS = ("O", "B-X", "I-X")
# Two sentences of 2 words and 1 word; the padding holds numbers that would show.
WORDS = [[[0.6, 0.3, 0.1], [0.2, 0.5, 0.3]], [[0.5, 0.1, 0.4], [0.0, 1.0, 0.0]]]
MASK = torch.tensor([[True, True], [True, False]])
# 6 of 8 labelled words are outside, 2 begin an entity, and none is inside of one.
LABELLED = [
    TaggedSentence("0", ("word",) * 5, ("O", "B-X", "O", "O", "O")),
    TaggedSentence("1", ("word",) * 3, ("B-X", "O", "O")),
]
CONTEXT = QueryContext(LABELLED, TAGS, np.array([2, 1]))


def batch(votes: "Sequence[Sequence[int]] | None" = None) -> ScoredBatch:
    probabilities = torch.tensor([WORDS])  # Shape: (1, batch_size, num_tokens, num_tags)
    found = probabilities.argmax(-1) if votes is None else torch.tensor([votes])
    return ScoredBatch(np.arange(2), probabilities, found, MASK)


def scores(policy: QueryPolicy, votes: "Sequence[Sequence[int]] | None" = None) -> List[float]:
    policy.prepare(CONTEXT)
    return policy.score(batch(votes)).tolist()


@pytest.mark.parametrize(("aggregate", "expected"), [("mean", [0.75, 0.9]), ("sum", [1.5, 0.9]), ("max", [0.8, 0.9])])
def test_margin_by_hand(aggregate: str, expected: List[float]) -> None:
    """1 − (0.6 − 0.3) = 0.7 and 1 − (0.5 − 0.3) = 0.8; 1 − (0.5 − 0.4) = 0.9."""
    assert scores(MarginPolicy(aggregate)) == pytest.approx(expected)


def test_tags_are_counted_by_the_models_predictions() -> None:
    """A sequence model's most probable path need not have each word's most probable tag."""
    assert scores(TagCountPolicy()) == [1.0, 0.0]
    assert scores(TagCountPolicy(), [[1, 2], [1, 0]]) == [2.0, 1.0]
    assert scores(TagCountPolicy("mean"), [[0, 2], [1, 1]]) == [0.5, 1.0]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [0.4 / 0.85 + 0.5 / 0.35, 0.5 / 0.85]),
        ({"aggregate": "mean"}, [(0.4 / 0.85 + 0.5 / 0.35) / 2, 0.5 / 0.85]),
        ({"aggregate": "max"}, [0.5 / 0.35, 0.5 / 0.85]),
        ({"uncertainty": "margin", "smoothing": 0.25}, [0.7 + 0.8 / 0.5, 0.9]),
    ],
    ids=["sum", "mean", "max", "margin"],
)
def test_inverse_tag_frequency_by_hand(settings: Dict[str, Any], expected: List[float]) -> None:
    """The shares 6/8 and 2/8 of O and B-X, with β = 0.1: 1 / 0.85 and 1 / 0.35."""
    assert scores(InverseTagFrequencyPolicy(**settings)) == pytest.approx(expected)


def test_the_predicted_tag_decides_the_weight() -> None:
    """No labelled word is tagged I-X: 1 / β = 10."""
    assert scores(InverseTagFrequencyPolicy(), [[2, 2], [2, 0]]) == pytest.approx([4 + 5, 5])


def test_the_order_is_that_of_the_papers_weights() -> None:
    """1 / (mₖ + β m) with m₀ = 6, m₁ = 2 and m = 8."""
    paper = {0: 1 / (6 + 0.8), 1: 1 / (2 + 0.8)}
    found = scores(InverseTagFrequencyPolicy())
    assert found == pytest.approx([8 * (0.4 * paper[0] + 0.5 * paper[1]), 8 * 0.5 * paper[0]])


def test_weights_follow_the_labels_of_each_query() -> None:
    policy = InverseTagFrequencyPolicy()
    before = scores(policy)
    policy.prepare(QueryContext([TaggedSentence("2", ("a",), ("I-X",))], TAGS))
    assert policy.score(batch()).tolist() == pytest.approx([0.9 / 0.1, 0.5 / 0.1])
    assert scores(policy) == before


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"aggregate": "sum"}, [0.4 * 0.4 + 0.8 * 0.5, 0.5 * 0.5]),
        ({"aggregate": "mean"}, [(0.4 * 0.4 + 0.8 * 0.5) / 2, 0.5 * 0.5]),
        ({"aggregate": "max", "uncertainty": "margin"}, [0.8 * 0.8, 0.5 * 0.9]),
        ({"aggregate": "sum", "uncertainty": "entropy"}, None),
    ],
    ids=["sum", "mean", "max", "entropy"],
)
def test_entity_weighted_by_hand(settings: Dict[str, Any], expected: "List[float] | None") -> None:
    """1 − P(O) is 0.4 and 0.8; 0.5."""
    if expected is None:
        entropies = [-sum(p * log(p) for p in word) for word in (*WORDS[0], WORDS[1][0])]
        expected = [0.4 * entropies[0] + 0.8 * entropies[1], 0.5 * entropies[2]]
    assert scores(EntityWeightedPolicy(**settings)) == pytest.approx(expected)


def test_the_density_of_lengths_normalizes() -> None:
    """Of 10 sentences one has 1 word and nine have 2: n^(−1/5) · 1.059 · σ, as both quartiles are 2."""
    lengths = np.array([2, 1] + [2] * 8)
    bandwidth = 1.059 * lengths.std(ddof=1) * 10**-0.2

    def density(length: int) -> float:
        kernels = [np.exp(-(((length - other) / bandwidth) ** 2) / 2) for other in lengths]
        return float(np.mean(kernels) / (bandwidth * np.sqrt(2 * np.pi)))

    policy = EntityWeightedPolicy()
    policy.prepare(QueryContext((), TAGS, lengths))
    expected = [(0.4 * 0.4 + 0.8 * 0.5) * density(2) ** 0.5, 0.5 * 0.5 * density(1) ** 0.5]
    assert policy.score(batch()).tolist() == pytest.approx(expected)


def test_the_density_is_that_of_the_whole_sentence() -> None:
    """Also where the model has read only the first of its words, as in a batch of two words and one."""
    lengths = np.array([30, 20, *[30] * 5, *[20] * 5, 5])
    policy, seen = EntityWeightedPolicy(), EntityWeightedPolicy(aggregate="sum")
    for one in (policy, seen):
        one.prepare(QueryContext((), TAGS, lengths))
    first, second = (policy.score(batch()) / seen.score(batch())).tolist()
    assert first == pytest.approx(second, rel=0.5)  # both lengths are frequent; 2 words and 1 word are rare
    assert first**2 == pytest.approx(length_density(lengths)[30])
    assert second**2 == pytest.approx(length_density(lengths)[20])


def test_where_no_tag_is_outside_every_word_may_be_an_entity() -> None:
    for policy, expected in ((TagCountPolicy(), [2.0, 1.0]), (EntityWeightedPolicy(aggregate="sum"), [0.9, 0.5])):
        policy.prepare(QueryContext((), ("B-X", "I-X", "B-Y"), np.array([2, 1])))
        assert policy.score(batch()).tolist() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("policy", "settings", "message"),
    [
        ("margin", {"aggregate": "min"}, "query_policy.aggregate is 'min'; expected one of mean, sum, max"),
        ("tag_count", {"aggregate": "max"}, "query_policy.aggregate is 'max'; expected one of sum, mean"),
        (
            "inverse_tag_frequency",
            {"uncertainty": "bald"},
            "query_policy.uncertainty is 'bald'; expected one of least_confidence, margin, entropy",
        ),
        ("inverse_tag_frequency", {"smoothing": 0}, "query_policy.smoothing is 0; expected a number above 0"),
        (
            "entity_weighted",
            {"aggregate": "min"},
            "query_policy.aggregate is 'min'; expected one of density, mean, sum, max",
        ),
    ],
)
def test_mistakes_are_told(policy: str, settings: Dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        QueryPolicy.by_name(policy)(**settings)
