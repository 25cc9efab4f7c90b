from math import log
from typing import List

import pytest
import torch

from seqmix_plugin.functional import (
    inverse_frequency_weights,
    over_words,
    probability_of_others,
    word_uncertainty,
)
from seqmix_plugin.functional.word_uncertainty import AGGREGATES, MEASURES

WORDS = torch.tensor([[[0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.0, 0.0, 1.0]]])


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("least_confidence", [0.5, 0.2, 0.0]),
        ("margin", [1 - (0.5 - 0.3), 1 - (0.8 - 0.1), 0.0]),
        (
            "entropy",
            [-0.5 * log(0.5) - 0.3 * log(0.3) - 0.2 * log(0.2), -0.2 * log(0.1) - 0.8 * log(0.8), 0.0],
        ),
    ],
)
def test_uncertainty_of_words_by_hand(measure: str, expected: List[float]) -> None:
    torch.testing.assert_close(word_uncertainty(WORDS, measure), torch.tensor([expected]))


@pytest.mark.parametrize("measure", MEASURES)
def test_nearly_certain_words_are_told_apart(measure: str) -> None:
    """1 - 2⁻³⁰ is 1 in float32."""
    less, surer = (word_uncertainty(torch.tensor([[[1.0, p, 0.0]]]), measure).item() for p in (2.0**-30, 2.0**-31))
    assert less > surer > 0


@pytest.mark.parametrize("measure", MEASURES)
def test_the_order_of_the_tags_does_not_matter(measure: str) -> None:
    torch.manual_seed(0)
    probabilities = torch.randn(3, 4, 5).softmax(-1)
    shuffled = probabilities[..., torch.randperm(5)]
    torch.testing.assert_close(word_uncertainty(shuffled, measure), word_uncertainty(probabilities, measure))


def test_with_two_tags_the_margin_is_twice_the_least_confidence() -> None:
    probabilities = torch.tensor([[[0.7, 0.3], [0.4, 0.6]]])
    torch.testing.assert_close(word_uncertainty(probabilities, "margin"), 2 * word_uncertainty(probabilities))


@pytest.mark.parametrize(("aggregate", "expected"), [("mean", [2.0, 5.0]), ("sum", [6.0, 5.0]), ("max", [3.0, 5.0])])
def test_over_words_by_hand(aggregate: str, expected: List[float]) -> None:
    values = torch.tensor([[1.0, 2.0, 3.0], [5.0, 9.0, 9.0]])
    mask = torch.tensor([[True, True, True], [True, False, False]])
    assert over_words(values, mask, aggregate).tolist() == expected


@pytest.mark.parametrize("aggregate", AGGREGATES)
def test_a_sentence_without_words_has_nothing_over_them(aggregate: str) -> None:
    values = torch.full((1, 2), torch.nan)  # padding may hold anything
    assert over_words(values, torch.zeros(1, 2, dtype=torch.bool), aggregate).tolist() == [0.0]
    cut = torch.empty(3, 0)  # a batch of sentences whose first word is longer than the encoder's input
    assert over_words(cut, cut.bool(), aggregate).tolist() == [0.0] * 3


@pytest.mark.parametrize("tag", [0, 1, 2])
def test_the_probability_of_others_is_that_of_the_rest(tag: int) -> None:
    torch.testing.assert_close(probability_of_others(WORDS, tag), 1 - WORDS[..., tag])


def test_inverse_frequency_weights_by_hand() -> None:
    """8, 2 and 0 of 10 words with β = 0.1: 1 / 0.9, 1 / 0.3 and 1 / 0.1, which are 10 / (mₖ + 0.1 · 10)."""
    weights = inverse_frequency_weights(torch.tensor([8, 2, 0]), 0.1)
    torch.testing.assert_close(weights, torch.tensor([1 / 0.9, 1 / 0.3, 10.0]))
    torch.testing.assert_close(weights, torch.tensor([10 / (count + 0.1 * 10) for count in (8, 2, 0)]))


def test_before_any_label_all_tags_weigh_the_same() -> None:
    assert inverse_frequency_weights(torch.tensor([0, 0]), 0.5).tolist() == [2.0, 2.0]


def test_much_smoothing_makes_the_weights_equal() -> None:
    rare = inverse_frequency_weights(torch.tensor([99, 1]), 1e6)
    assert rare.max() / rare.min() == pytest.approx(1, abs=1e-5)
