"""The nearest token of a mixed vector in the table {W, E} (the paper's equation 7)."""

import torch


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
