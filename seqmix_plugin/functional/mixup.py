"""Mixing of two token sequences in the embedding space and of their labels (the paper's equations 5 to 8)."""

from typing import Dict

import numpy as np
import torch


def sample_lambda(alpha: float, rng: np.random.Generator) -> float:
    """
    λ ~ Beta(α, α), the mixing coefficient of one pair.

    # Parameters

    alpha : `float`
        Above 0; the larger, the closer λ stays to one half.
    rng : `np.random.Generator`
        The source of randomness.
    """
    return float(rng.beta(alpha, alpha))


def nearest(
    vectors: torch.Tensor, table: torch.Tensor, excluded: torch.Tensor, distance: str = "l2", chunk_size: int = 4096
) -> torch.Tensor:
    """
    The row of the table closest to each mixed vector, equation 7, for all tokens at once by one matrix product a chunk.

    # Parameters

    vectors : `torch.Tensor`
        Shape: `(num_vectors, dimension)`
    table : `torch.Tensor`
        E of {W, E}. Shape: `(table_size, dimension)`
    excluded : `torch.LongTensor`
        Rows that may not be chosen for a vector, such as its parents; −1 stands for none.
        Shape: `(num_vectors, num_excluded)`
    distance : `str`, optional (default = `"l2"`)
        `"l2"` (the paper's) or `"cosine"`.
    chunk_size : `int`, optional (default = `4096`)
        Vectors a matrix product; bounds the memory to `chunk_size * table_size` numbers.

    # Returns

    `torch.LongTensor`
        Row numbers. Shape: `(num_vectors,)`
    """
    if distance == "cosine":
        table = torch.nn.functional.normalize(table, dim=-1)
        offset = torch.zeros(len(table), dtype=table.dtype, device=table.device)
    else:
        # ‖v − e‖² = ‖v‖² − 2 v·e + ‖e‖²; the first term is the same for all rows.
        offset = table.pow(2).sum(-1) / 2
    rows = []
    for start in range(0, len(vectors), chunk_size):
        similarity = vectors[start : start + chunk_size] @ table.T  # Shape: (chunk_size, table_size)
        similarity -= offset
        banned = excluded[start : start + chunk_size]
        position, column = (banned >= 0).nonzero(as_tuple=True)
        similarity[position, banned[position, column]] = -torch.inf
        rows.append(similarity.argmax(-1))
    return torch.cat(rows) if rows else torch.empty(0, dtype=torch.long, device=vectors.device)


def mix_distributions(first: Dict[str, float], second: Dict[str, float], lam: float) -> Dict[str, float]:
    """
    λ yᵢ + (1 − λ) yⱼ, equation 8, for the labels of one token.

    # Parameters

    first, second : `Dict[str, float]`
        Tag distributions of the two parent tokens; tags that are left out have probability 0.
    lam : `float`
        λ in [0, 1]. At λ = 1 the result is the first parent's.
    """
    mixed = {
        tag: lam * first.get(tag, 0.0) + (1 - lam) * second.get(tag, 0.0)
        for tag in sorted(first.keys() | second.keys())
    }
    return {tag: probability for tag, probability in mixed.items() if probability > 0}
