from math import log
from typing import Callable

import pytest
import torch

from seqmix_plugin.functional import (
    consensus_divergence,
    least_confidence,
    negative_mean_log_probability,
    normalized_token_entropy,
    path_least_confidence,
    vote_entropy,
)

# Two sentences of 3 and 1 words; the padding holds numbers that would show.
PROBABILITIES = torch.tensor(
    [
        [[0.5, 0.25, 0.25], [1.0, 0.0, 0.0], [0.2, 0.2, 0.6]],
        [[0.1, 0.1, 0.8], [0.4, 0.3, 0.3], [0.4, 0.3, 0.3]],
    ]
)
MASK = torch.tensor([[True, True, True], [True, False, False]])
BOTH = pytest.mark.parametrize("score", [least_confidence, normalized_token_entropy, negative_mean_log_probability])
Score = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def test_least_confidence_by_hand() -> None:
    # (1 − 0.5) + (1 − 1) + (1 − 0.6) = 0.9 and 1 − 0.8 = 0.2
    torch.testing.assert_close(least_confidence(PROBABILITIES, MASK), torch.tensor([0.9, 0.2]))


def test_least_confidence_grows_with_length() -> None:
    word = torch.tensor([[[0.7, 0.3]]])
    short = least_confidence(word, torch.ones(1, 1, dtype=torch.bool))
    long = least_confidence(word.expand(1, 10, 2), torch.ones(1, 10, dtype=torch.bool))
    torch.testing.assert_close(long, 10 * short)


def test_normalized_token_entropy_by_hand() -> None:
    # 0.5 ln 2 + 0.5 ln 4 = 1.5 ln 2 for the first word, 0 for the second, −0.4 ln 0.2 − 0.6 ln 0.6 for the third.
    first = (1.5 * log(2) - 0.4 * log(0.2) - 0.6 * log(0.6)) / 3
    second = -0.2 * log(0.1) - 0.8 * log(0.8)
    torch.testing.assert_close(normalized_token_entropy(PROBABILITIES, MASK), torch.tensor([first, second]))


def test_normalized_token_entropy_does_not_grow_with_length() -> None:
    word = torch.tensor([[[0.7, 0.3]]])
    short = normalized_token_entropy(word, torch.ones(1, 1, dtype=torch.bool))
    long = normalized_token_entropy(word.expand(1, 10, 2), torch.ones(1, 10, dtype=torch.bool))
    torch.testing.assert_close(long, short)


def test_entropy_lies_between_zero_and_that_of_the_uniform_distribution() -> None:
    mask = torch.ones(1, 2, dtype=torch.bool)
    assert normalized_token_entropy(torch.eye(4)[None, :2], mask).item() == 0
    torch.testing.assert_close(normalized_token_entropy(torch.full((1, 2, 4), 0.25), mask), torch.tensor([log(4)]))


@BOTH
def test_masked_result_is_the_result_on_the_slice(score: Score) -> None:
    torch.manual_seed(0)
    probabilities = torch.randn(5, 7, 4).softmax(-1)
    lengths = torch.tensor([7, 1, 4, 6, 2])
    mask = torch.arange(7) < lengths[:, None]
    alone = [
        score(row[None, :n], torch.ones(1, n, dtype=torch.bool)) for row, n in zip(probabilities, lengths, strict=True)
    ]
    torch.testing.assert_close(score(probabilities, mask), torch.cat(alone))


@BOTH
def test_zero_probabilities_are_certain(score: Score) -> None:
    certain = torch.tensor([[[0.0, 1.0], [1.0, 0.0]]])
    assert score(certain, torch.ones(1, 2, dtype=torch.bool)).tolist() == [0.0]


@BOTH
def test_a_sentence_without_words_scores_zero(score: Score) -> None:
    mask = torch.tensor([[False, False, False], [True, False, False]])
    result = score(PROBABILITIES, mask)
    assert result[0].item() == 0
    assert result[1].item() > 0
    assert score(torch.zeros(2, 0, 3), torch.zeros(2, 0, dtype=torch.bool)).tolist() == [0.0, 0.0]


@BOTH
def test_padding_may_hold_nan(score: Score) -> None:
    probabilities = PROBABILITIES.masked_fill(~MASK.unsqueeze(-1), torch.nan)
    torch.testing.assert_close(score(probabilities, MASK), score(PROBABILITIES, MASK))


def test_negative_mean_log_probability_by_hand() -> None:
    # Padding of probability 0 must not show as infinity.
    probabilities = PROBABILITIES.clone()
    probabilities[1, 1:] = 0.0
    expected = torch.tensor([-(log(0.5) + log(1.0) + log(0.6)) / 3, -log(0.8)])
    torch.testing.assert_close(negative_mean_log_probability(probabilities, MASK), expected)
    paths = torch.tensor([log(0.2), log(0.7)])
    expected = torch.tensor([-log(0.2) / 3, -log(0.7)])
    torch.testing.assert_close(negative_mean_log_probability(PROBABILITIES, MASK, paths), expected)


def test_path_least_confidence_by_hand() -> None:
    scores = path_least_confidence(torch.tensor([0.0, log(0.25)]))
    torch.testing.assert_close(scores, torch.tensor([0.0, 0.75], dtype=torch.float64))


def test_improbable_paths_still_differ() -> None:
    unlikely, hopeless = path_least_confidence(torch.tensor([-20.0, -30.0]))
    assert unlikely < hopeless < 1


def test_vote_entropy_by_hand() -> None:
    # Sentence 1: 2 of 3 on the first word, all on the second, none alike on the third. Sentence 2: all on its one word.
    votes = torch.tensor([[[0, 1, 0], [2, 0, 1]], [[0, 1, 1], [2, 1, 0]], [[2, 1, 2], [2, 0, 0]]])
    two_of_three = -(2 / 3) * log(2 / 3) - (1 / 3) * log(1 / 3)
    expected = torch.tensor([(two_of_three + 0 + log(3)) / 3, 0.0])
    torch.testing.assert_close(vote_entropy(votes, MASK, 3), expected)


def test_vote_entropy_of_four_who_split_evenly() -> None:
    votes = torch.tensor([0, 0, 1, 1]).view(4, 1, 1)
    torch.testing.assert_close(vote_entropy(votes, torch.ones(1, 1, dtype=torch.bool), 5), torch.tensor([log(2)]))


def test_consensus_divergence_is_the_mean_of_the_divergences() -> None:
    generator = torch.Generator().manual_seed(0)
    probabilities = torch.rand(4, 2, 3, 5, generator=generator, dtype=torch.float64).softmax(-1)
    consensus = probabilities.mean(0, keepdim=True)
    divergence = (probabilities * (probabilities / consensus).log()).sum(-1).mean(0)  # Shape: (2, 3)
    expected = torch.stack([divergence[0].mean(), divergence[1, 0]])
    torch.testing.assert_close(consensus_divergence(probabilities, MASK), expected)


def test_consensus_divergence_is_never_negative() -> None:
    alike = torch.rand(1, 8, 3, 5).softmax(-1).expand(3, 8, 3, 5)
    assert (consensus_divergence(alike, torch.ones(8, 3, dtype=torch.bool)) >= 0).all()
