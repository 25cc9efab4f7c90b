from math import exp, log, prod

import torch

from seqmix_plugin.functional import perplexity
from seqmix_plugin.functional.perplexity import negative_log_likelihood, pseudo_perplexity


def test_by_hand() -> None:
    # Targets with probability 1/4 and 3/4, then 1/2: (16/3)^(1/2) and 2.
    logits = torch.tensor([[[0.0, log(3)], [0.0, log(3)]], [[5.0, 5.0], [0.0, 9.0]]])
    targets = torch.tensor([[0, 1], [1, 0]])
    mask = torch.tensor([[True, True], [True, False]])
    torch.testing.assert_close(perplexity(logits, targets, mask), torch.tensor([(16 / 3) ** 0.5, 2.0]))


def test_a_uniform_prediction_has_the_vocabulary_as_its_perplexity() -> None:
    result = perplexity(torch.zeros(1, 6, 11), torch.arange(6)[None], torch.ones(1, 6, dtype=torch.bool))
    torch.testing.assert_close(result, torch.tensor([11.0]))


def test_a_certain_prediction_has_perplexity_one() -> None:
    logits = torch.full((1, 2, 3), -1e4)
    logits[0, :, 1] = 1e4
    assert perplexity(logits, torch.ones(1, 2, dtype=torch.long), torch.ones(1, 2, dtype=torch.bool)).tolist() == [1.0]


def test_equation_9_in_base_two() -> None:
    torch.manual_seed(0)
    logits, targets = torch.randn(1, 5, 7, dtype=torch.float64), torch.randint(7, (1, 5))
    probabilities = logits.softmax(-1)[0, torch.arange(5), targets[0]]
    expected = 2 ** (-probabilities.log2().sum() / 5)
    assert abs(prod(probabilities.tolist()) ** (-1 / 5) - expected) < 1e-9
    torch.testing.assert_close(perplexity(logits, targets, torch.ones(1, 5, dtype=torch.bool))[0], expected)


def test_masked_result_is_the_result_on_the_slice() -> None:
    torch.manual_seed(0)
    logits, targets = torch.randn(3, 6, 4), torch.randint(4, (3, 6))
    # Language models leave out the start, so the mask need not begin with the first token.
    mask = torch.tensor([[True] * 6, [False, True, True, False, False, False], [False, False, True, True, True, True]])
    alone = [
        perplexity(row[keep][None], target[keep][None], torch.ones(1, int(keep.sum()), dtype=torch.bool))
        for row, target, keep in zip(logits, targets, mask, strict=True)
    ]
    torch.testing.assert_close(perplexity(logits, targets, mask), torch.cat(alone))


def test_a_sentence_without_tokens_has_perplexity_one() -> None:
    mask = torch.zeros(2, 3, dtype=torch.bool)
    assert perplexity(torch.randn(2, 3, 4), torch.zeros(2, 3, dtype=torch.long), mask).tolist() == [1.0, 1.0]


def test_a_shift_of_the_logits_changes_nothing() -> None:
    logits = torch.tensor([[[1.0, 2.0, 3.0]]])
    target, mask = torch.tensor([[2]]), torch.ones(1, 1, dtype=torch.bool)
    expected = torch.tensor([(exp(1) + exp(2) + exp(3)) / exp(3)])
    torch.testing.assert_close(perplexity(logits, target, mask), expected)
    torch.testing.assert_close(perplexity(logits + 100, target, mask), expected)


def test_pseudo_perplexity_by_hand() -> None:
    # Sentence 0: probabilities 1/2 and 1/8, (16)^(1/2); sentence 1 has no tokens; sentence 2: 1/3. In any order.
    likelihoods = torch.tensor([log(3), log(8), log(2)])
    result = pseudo_perplexity(likelihoods, torch.tensor([2, 0, 0]), 3)
    torch.testing.assert_close(result, torch.tensor([4.0, 1.0, 3.0]))
    assert pseudo_perplexity(torch.empty(0), torch.empty(0, dtype=torch.long), 2).tolist() == [1.0, 1.0]


def test_pseudo_perplexity_is_perplexity_when_the_predictions_are_the_same() -> None:
    torch.manual_seed(0)
    logits, targets = torch.randn(3, 6, 4), torch.randint(4, (3, 6))
    mask = torch.tensor([[True] * 6, [False, True, True, False, False, False], [False, False, True, True, True, True]])
    sentences = torch.arange(3).unsqueeze(-1).expand(3, 6)[mask]
    result = pseudo_perplexity(negative_log_likelihood(logits[mask], targets[mask]), sentences, 3)
    torch.testing.assert_close(result, perplexity(logits, targets, mask))


def test_negative_log_likelihood_by_hand() -> None:
    logits = torch.tensor([[0.0, log(3)], [7.0, 7.0]])
    result = negative_log_likelihood(logits, torch.tensor([1, 0]))
    torch.testing.assert_close(result, torch.tensor([log(4 / 3), log(2)]))
