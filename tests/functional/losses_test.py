from math import log

import torch
from torch.nn.functional import cross_entropy, one_hot

from seqmix_plugin.functional import smoothed, soft_cross_entropy


def all_words(batch_size: int, num_tokens: int) -> torch.Tensor:
    return torch.ones(batch_size, num_tokens, dtype=torch.bool)


def test_by_hand() -> None:
    # Logits whose softmax is (1/4, 3/4) and (1/2, 1/2).
    logits = torch.tensor([[[0.0, log(3)], [7.0, 7.0]]])
    targets = torch.tensor([[[0.3, 0.7], [1.0, 0.0]]])
    first, second = -0.3 * log(0.25) - 0.7 * log(0.75), log(2)
    torch.testing.assert_close(soft_cross_entropy(logits, targets, all_words(1, 2)), torch.tensor((first + second) / 2))


def test_every_word_of_the_batch_weighs_the_same() -> None:
    """The mean is over words, not over sentences: 3 words at ln 2 and 1 word at ln 4/3."""
    logits = torch.zeros(2, 3, 2)
    logits[1, 0, 0] = log(3)
    targets = torch.tensor([1.0, 0.0]).expand(2, 3, 2)
    mask = torch.tensor([[True, True, True], [True, False, False]])
    expected = (3 * log(2) + log(4 / 3)) / 4
    torch.testing.assert_close(soft_cross_entropy(logits, targets, mask), torch.tensor(expected))


def test_one_hot_targets_give_cross_entropy() -> None:
    torch.manual_seed(0)
    logits, labels = torch.randn(3, 5, 4), torch.randint(4, (3, 5))
    mask = torch.arange(5) < torch.tensor([5, 2, 3])[:, None]
    expected = cross_entropy(logits[mask], labels[mask])
    torch.testing.assert_close(soft_cross_entropy(logits, one_hot(labels, 4).float(), mask), expected)


def test_soft_targets_give_cross_entropy() -> None:
    torch.manual_seed(0)
    logits, targets = torch.randn(2, 3, 4), torch.rand(2, 3, 4).softmax(-1)
    expected = cross_entropy(logits.flatten(0, 1), targets.flatten(0, 1))
    torch.testing.assert_close(soft_cross_entropy(logits, targets, all_words(2, 3)), expected)


def test_masked_result_is_the_result_on_the_slice() -> None:
    torch.manual_seed(0)
    logits, targets = torch.randn(1, 6, 3), torch.rand(1, 6, 3).softmax(-1)
    mask = torch.tensor([[True] * 4 + [False] * 2])
    expected = soft_cross_entropy(logits[:, :4], targets[:, :4], all_words(1, 4))
    torch.testing.assert_close(soft_cross_entropy(logits, targets, mask), expected)


def test_padding_gets_no_gradient() -> None:
    logits = torch.randn(1, 3, 2, requires_grad=True)
    mask = torch.tensor([[True, True, False]])
    soft_cross_entropy(logits, torch.full((1, 3, 2), 0.5), mask).backward()
    assert logits.grad is not None
    assert logits.grad[0, 2].tolist() == [0.0, 0.0]
    assert logits.grad[0, :2].abs().sum() > 0


def test_the_least_loss_is_the_entropy_of_the_targets() -> None:
    targets = torch.tensor([[[0.2, 0.8]]])
    least = soft_cross_entropy(targets.log(), targets, all_words(1, 1))
    torch.testing.assert_close(least, torch.tensor(-0.2 * log(0.2) - 0.8 * log(0.8)))
    assert soft_cross_entropy(torch.zeros(1, 1, 2), targets, all_words(1, 1)) > least


def test_a_batch_without_words_gives_zero() -> None:
    logits = torch.randn(2, 3, 4, requires_grad=True)
    loss = soft_cross_entropy(logits, torch.zeros(2, 3, 4), torch.zeros(2, 3, dtype=torch.bool))
    loss.backward()
    assert loss.item() == 0
    assert torch.equal(logits.grad, torch.zeros(2, 3, 4))


def test_gradient() -> None:
    torch.manual_seed(0)
    logits = torch.randn(2, 3, 4, dtype=torch.float64, requires_grad=True)
    targets = torch.rand(2, 3, 4, dtype=torch.float64).softmax(-1)
    mask = torch.tensor([[True, True, True], [True, False, False]])
    assert torch.autograd.gradcheck(lambda x: soft_cross_entropy(x, targets, mask), (logits,))
    # The known derivative: (softmax − target) / number of words.
    soft_cross_entropy(logits, targets, mask).backward()
    expected = ((logits.softmax(-1) - targets) * mask.unsqueeze(-1) / 4).detach()
    torch.testing.assert_close(logits.grad, expected)


def test_label_smoothing_by_hand() -> None:
    """ε = 0.2 of four tags: 0.8 of the label, and 0.05 for each tag."""
    targets = torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.5, 0.25, 0.25, 0.0]])
    expected = torch.tensor([[0.85, 0.05, 0.05, 0.05], [0.45, 0.25, 0.25, 0.05]])
    torch.testing.assert_close(smoothed(targets, 0.2), expected)
    assert torch.equal(smoothed(targets, 0), targets)
    torch.testing.assert_close(smoothed(targets, 1), torch.full((2, 4), 0.25))
