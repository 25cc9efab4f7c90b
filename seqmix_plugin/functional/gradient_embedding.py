"""The gradient that a sentence would give if the model's own predictions were its labels."""

import torch


def gradient_embedding(
    probabilities: torch.Tensor, predicted: torch.Tensor, word_vectors: torch.Tensor, mask: torch.Tensor
) -> torch.Tensor:
    """
    The gradient of the mean cross-entropy of a sentence's words by the weights of the output layer, with the predicted
    tags as labels: 1/T Σₜ (pₜ − onehot(ŷₜ)) ⊗ hₜ, the embedding of BADGE (Ash et al. 2020, equation 1) for a model that
    tags each word. With marginal probabilities and the most probable path of a CRF it is the gradient of that path's
    negative log-likelihood.

    # Parameters

    probabilities : `torch.Tensor`
        Tag probabilities p. Shape: `(batch_size, num_tokens, num_tags)`
    predicted : `torch.LongTensor`
        The predicted tag ŷ of each word. Shape: `(batch_size, num_tokens)`
    word_vectors : `torch.Tensor`
        The input h of the output layer. Shape: `(batch_size, num_tokens, dimension)`
    mask : `torch.BoolTensor`
        True for real words. Shape: `(batch_size, num_tokens)`

    # Returns

    `torch.Tensor`
        Short for a sentence of which the model is certain, 0 for one without words.
        Shape: `(batch_size, num_tags * dimension)`
    """
    labels = torch.nn.functional.one_hot(predicted.clamp(min=0), probabilities.size(-1))
    errors = (probabilities - labels).masked_fill(~mask.unsqueeze(-1), 0.0)  # Shape: (batch_size, num_tokens, num_tags)
    vectors = word_vectors.masked_fill(~mask.unsqueeze(-1), 0.0)
    gradients = errors.transpose(1, 2) @ vectors.to(errors.dtype)  # Shape: (batch_size, num_tags, dimension)
    return gradients.flatten(1) / mask.sum(-1, keepdim=True).clamp(min=1)


def random_projection(from_dimension: int, to_dimension: int, seed: int = 0) -> torch.Tensor:
    """
    A matrix of Gaussian numbers which nearly keeps the distances between vectors (Johnson and Lindenstrauss 1984).

    # Parameters

    from_dimension : `int`
        Dimension of the vectors.
    to_dimension : `int`
        Dimension after the projection.
    seed : `int`, optional (default = `0`)
        Seed from which the numbers follow.

    # Returns

    `torch.Tensor`
        On the CPU; `vectors @ matrix` are the vectors after it. Shape: `(from_dimension, to_dimension)`
    """
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(from_dimension, to_dimension, generator=generator) / to_dimension**0.5
