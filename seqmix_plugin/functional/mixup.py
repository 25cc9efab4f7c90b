"""Mixing coefficients, mixed token embeddings and mixed labels of two windows (the paper's equations 5 to 8)."""

from typing import Dict

import numpy as np
import torch


def sample_lambda(alpha: float, rng: np.random.Generator) -> float:
    """
    Draws the mixing coefficient λ ~ Beta(α, α) of one pair (the paper's section 3.1).

    # Parameters

    alpha : `float`
        Parameter α above 0; with larger values λ is closer to one half.
    rng : `np.random.Generator`
        Random generator.

    # Returns

    `float`
        λ in [0, 1].
    """
    return float(rng.beta(alpha, alpha))


def mix_vectors(first: torch.Tensor, second: torch.Tensor, lam: torch.Tensor) -> torch.Tensor:
    """
    Mixes the token embeddings of two windows, λ eᵢ + (1 − λ) eⱼ, the vectors that equation 7 looks up.

    # Parameters

    first, second : `torch.Tensor`
        Token embeddings of the two parents. Shape: `(num_tokens, dimension)`
    lam : `torch.Tensor`
        Mixing coefficient λ in [0, 1] of each token, the weight of the first parent. Shape: `(num_tokens,)`

    # Returns

    `torch.Tensor`
        Mixed vectors. Shape: `(num_tokens, dimension)`
    """
    weight = lam.unsqueeze(-1)
    return weight * first + (1 - weight) * second


def mix_distributions(first: Dict[str, float], second: Dict[str, float], lam: float) -> Dict[str, float]:
    """
    Mixes the labels of one token, λ yᵢ + (1 − λ) yⱼ, equation 8.

    # Parameters

    first, second : `Dict[str, float]`
        Tag distributions of the two parent tokens; tags that are not in them have probability 0.
    lam : `float`
        Mixing coefficient λ in [0, 1], the weight of the first parent.

    # Returns

    `Dict[str, float]`
        Tags with a probability above 0, in alphabetical order.
    """
    mixed = {
        tag: lam * first.get(tag, 0.0) + (1 - lam) * second.get(tag, 0.0)
        for tag in sorted(first.keys() | second.keys())
    }
    return {tag: probability for tag, probability in mixed.items() if probability > 0}
