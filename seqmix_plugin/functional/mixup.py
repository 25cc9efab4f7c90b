"""Mixing of two token sequences in the embedding space and of their labels (the paper's equations 5 to 8)."""

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


def nearest(
    vectors: torch.Tensor, table: torch.Tensor, excluded: torch.Tensor, distance: str = "l2", chunk_size: int = 4096
) -> torch.Tensor:
    """
    The row of the table nearest to each mixed vector, equation 7, by one matrix product for each chunk of vectors.

    # Parameters

    vectors : `torch.Tensor`
        Mixed vectors. Shape: `(num_vectors, dimension)`
    table : `torch.Tensor`
        Embeddings E of the table {W, E}. Shape: `(table_size, dimension)`
    excluded : `torch.LongTensor`
        Rows that are not chosen for a vector, such as those of its parents; −1 stands for none.
        Shape: `(num_vectors, num_excluded)`
    distance : `str`, optional (default = `"l2"`)
        Distance to minimise: `"l2"`, as in the paper, or `"cosine"`.
    chunk_size : `int`, optional (default = `4096`)
        Number of vectors in a matrix product, which limits the memory to `chunk_size * table_size` numbers.

    # Returns

    `torch.LongTensor`
        Index of the nearest row. Shape: `(num_vectors,)`
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
