"""The gradient of the output layer under the model's own predictions."""

import pytest
import torch

from seqmix_plugin.functional import gradient_embedding, random_projection


def test_one_word_by_hand() -> None:
    """(0.8 − 1, 0.2) ⊗ (1, 2)."""
    mask = torch.tensor([[True]])
    embedding = gradient_embedding(
        torch.tensor([[[0.8, 0.2]]]), torch.tensor([[0]]), torch.tensor([[[1.0, 2.0]]]), mask
    )
    assert embedding.tolist() == [pytest.approx([-0.2, -0.4, 0.2, 0.4])]


def test_words_are_averaged_and_padding_does_not_count() -> None:
    probabilities = torch.tensor([[[0.8, 0.2], [0.4, 0.6], [torch.nan, 7.0]]])
    vectors = torch.tensor([[[1.0, 2.0], [3.0, 0.0], [torch.nan, 9.0]]])
    mask = torch.tensor([[True, True, False]])
    embedding = gradient_embedding(probabilities, torch.tensor([[0, 1, -1]]), vectors, mask)
    # (−0.2, 0.2) ⊗ (1, 2) and (0.4, −0.4) ⊗ (3, 0), halved
    assert embedding.tolist() == [pytest.approx([0.5, -0.2, -0.5, 0.2])]
    nothing = gradient_embedding(probabilities, torch.tensor([[0, 1, 0]]), vectors, torch.zeros_like(mask))
    assert nothing.tolist() == [[0.0] * 4]


def test_it_is_the_gradient_of_the_cross_entropy() -> None:
    torch.manual_seed(0)
    layer, vectors = torch.nn.Linear(5, 3), torch.randn(1, 4, 5)
    logits = layer(vectors)
    predicted = logits.argmax(-1)
    torch.nn.functional.cross_entropy(logits[0], predicted[0]).backward()
    assert layer.weight.grad is not None
    mask = torch.ones(1, 4, dtype=torch.bool)
    embedding = gradient_embedding(logits.detach().softmax(-1), predicted, vectors, mask)
    assert torch.allclose(embedding[0], layer.weight.grad.flatten(), atol=1e-6)


def test_the_projection_nearly_keeps_distances() -> None:
    torch.manual_seed(0)
    vectors = torch.randn(20, 2000)
    projected = vectors @ random_projection(2000, 256)
    ratios = torch.pdist(projected) / torch.pdist(vectors)
    assert 0.8 < ratios.min() < ratios.max() < 1.2
    assert torch.equal(random_projection(7, 3), random_projection(7, 3))
    assert not torch.equal(random_projection(7, 3), random_projection(7, 3, seed=1))
