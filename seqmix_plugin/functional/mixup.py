"""Mixing coefficients, mixed token embeddings and mixed labels of two windows (the paper's equations 5 to 8)."""

from typing import Dict, Sequence

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


def mix_vectors(
    first: torch.Tensor, second: torch.Tensor, lam: torch.Tensor, restore_norm: bool = False
) -> torch.Tensor:
    """
    Mixes the token embeddings of two windows, v = λ eᵢ + (1 − λ) eⱼ, the vectors that equation 7 looks up.

    # Parameters

    first, second : `torch.Tensor`
        Token embeddings of the two parents. Shape: `(num_tokens, dimension)`
    lam : `torch.Tensor`
        Mixing coefficient λ in [0, 1] of each token, the weight of the first parent. Shape: `(num_tokens,)`
    restore_norm : `bool`, optional (default = `False`)
        Whether v is scaled to the length λ ‖eᵢ‖ + (1 − λ) ‖eⱼ‖; the mean of two vectors is shorter than they are on
        average, unless they point in one direction. Not in the paper.

    # Returns

    `torch.Tensor`
        Mixed vectors. Shape: `(num_tokens, dimension)`
    """
    weight = lam.unsqueeze(-1)
    mixed = weight * first + (1 - weight) * second
    if not restore_norm:
        return mixed
    lengths = [vectors.norm(dim=-1, keepdim=True) for vectors in (first, second, mixed)]  # Shapes: (num_tokens, 1)
    wanted = weight * lengths[0] + (1 - weight) * lengths[1]
    return mixed * (wanted / lengths[2].clamp(min=torch.finfo(mixed.dtype).tiny))


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


def dominant_distribution(first: Dict[str, float], second: Dict[str, float], lam: float) -> Dict[str, float]:
    """
    The labels of the parent token that has the larger part of the mixed token, unmixed.

    # Parameters

    first, second : `Dict[str, float]`
        Tag distributions of the two parent tokens.
    lam : `float`
        Mixing coefficient λ in [0, 1], the weight of the first parent, which is taken at one half too.

    # Returns

    `Dict[str, float]`
        Tags with a probability above 0, in alphabetical order.
    """
    return mix_distributions(first, second, float(lam >= 0.5))


def smoothed_distribution(
    first: Dict[str, float], second: Dict[str, float], lam: float, tags: Sequence[str]
) -> Dict[str, float]:
    """
    The labels q of the parent token that has the larger part λ′ = max(λ, 1 − λ), smoothed by the other's part:
    λ′ q(m) + (1 − λ′) / M for each of M tags m, which is label smoothing (Szegedy et al. 2016, "Rethinking the
    Inception Architecture for Computer Vision", section 7) with ε = 1 − λ′.

    # Parameters

    first, second : `Dict[str, float]`
        Tag distributions of the two parent tokens.
    lam : `float`
        Mixing coefficient λ in [0, 1], the weight of the first parent.
    tags : `Sequence[str]`
        All M tags, those of both parents among them.

    # Returns

    `Dict[str, float]`
        Tags with a probability above 0, in alphabetical order.
    """
    uniform = {tag: 1 / len(tags) for tag in tags}
    return mix_distributions(dominant_distribution(first, second, lam), uniform, max(lam, 1 - lam))
