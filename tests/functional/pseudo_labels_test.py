"""Sharpening and confidence of soft labels, by hand."""

import pytest
import torch

from seqmix_plugin.functional import mean_confidence, sharpened

ROWS = torch.tensor([[0.6, 0.3, 0.1], [0.0, 0.5, 0.5]])


def test_sharpening_by_hand() -> None:
    """T = 0.5 squares: 0.36, 0.09 and 0.01 of 0.46."""
    expected = torch.tensor([[0.36 / 0.46, 0.09 / 0.46, 0.01 / 0.46], [0.0, 0.5, 0.5]])
    torch.testing.assert_close(sharpened(ROWS, 0.5), expected)
    assert sharpened(ROWS, 1) is ROWS
    assert sharpened(ROWS, 0).tolist() == [[1, 0, 0], [0, 1, 0]]


@pytest.mark.parametrize("temperature", [0, 0.1, 0.7, 1, 3])
def test_sharpened_rows_are_distributions_with_the_same_order(temperature: float) -> None:
    torch.manual_seed(0)
    rows = torch.randn(20, 5).mul(4).softmax(-1)
    found = sharpened(rows, temperature)
    torch.testing.assert_close(found.sum(-1), torch.ones(20))
    assert torch.equal(found.argmax(-1), rows.argmax(-1))
    assert ((found.amax(-1) - rows.amax(-1)) * (1 - temperature) >= -1e-6).all()


def test_confidence_is_the_mean_over_the_words_by_hand() -> None:
    rows = torch.tensor([[0.9, 0.1], [0.3, 0.7], [0.5, 0.5]])
    found = mean_confidence(rows, torch.tensor([2, 0, 1]))
    torch.testing.assert_close(found, torch.tensor([0.8, 0.0, 0.5], dtype=torch.double))
    assert mean_confidence(torch.zeros(0, 2), torch.zeros(0, dtype=torch.long)).tolist() == []
