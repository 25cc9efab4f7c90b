"""The nearest token of a mixed vector in the table {W, E} (the paper's equation 7)."""

from typing import Optional, Sequence, Tuple

import torch
from torch.nn.functional import normalize

DISTANCES = ("l2", "cosine", "csls")
NUM_NEIGHBOURS = 10
"""k of cross-domain similarity local scaling, as in its paper."""

Restriction = Tuple[torch.Tensor, torch.Tensor]
"""Features wanted by each vector and those that each row has. Shapes: `(num_vectors, num_features)`,
`(table_size, num_features)`; 1 or 0."""


def nearest(
    vectors: torch.Tensor,
    table: torch.Tensor,
    excluded: torch.Tensor,
    distance: str = "l2",
    chunk_size: int = 4096,
    density: Optional[torch.Tensor] = None,
    restrictions: Sequence[Restriction] = (),
) -> torch.Tensor:
    """
    The row of the table nearest to each mixed vector, equation 7, by one matrix product for each chunk of vectors.

    `"l2"` is the paper's. `"cosine"` is the angle at the origin. `"csls"` is cross-domain similarity local scaling
    (Conneau, Lample et al. 2018, "Word Translation Without Parallel Data", equation 3): of vectors from which the
    table's mean was subtracted, CSLS(x, y) = 2 cos(x, y) − r(x) − r(y), where r is the mean cosine to the k nearest
    rows. r(y) makes rows with many near neighbours, which are nearest to many vectors (hubs), less near; it is that of
    `mean_neighbour_similarity`, of the table alone, so that the result does not depend on the other vectors. r(x) is
    the same for all rows and left out.

    # Parameters

    vectors : `torch.Tensor`
        Mixed vectors. Shape: `(num_vectors, dimension)`
    table : `torch.Tensor`
        Embeddings E of the table {W, E}. Shape: `(table_size, dimension)`
    excluded : `torch.LongTensor`
        Rows that are not chosen for a vector, such as those of its parents; −1 stands for none.
        Shape: `(num_vectors, num_excluded)`
    distance : `str`, optional (default = `"l2"`)
        Distance to minimise: `"l2"`, `"cosine"` or `"csls"`.
    chunk_size : `int`, optional (default = `4096`)
        Number of vectors in a matrix product, which limits the memory to `chunk_size * table_size` numbers.
    density : `torch.Tensor`, optional (default = `None`)
        r(y) of each row for `"csls"`, where it is known already. Shape: `(table_size,)`
    restrictions : `Sequence[Restriction]`, optional (default = `()`)
        A row is chosen only if it has, for each of these, one of the features that the vector wants. A vector for which
        no such row is left gets the nearest of all.

    # Returns

    `torch.LongTensor`
        Index of the nearest row. Shape: `(num_vectors,)`
    """
    if distance == "csls":
        density = mean_neighbour_similarity(table) if density is None else density
        centre = table.mean(0)
        vectors, table, offset = normalize(vectors - centre, dim=-1), normalize(table - centre, dim=-1), density / 2
    elif distance == "cosine":
        table = normalize(table, dim=-1)
        offset = torch.zeros(len(table), dtype=table.dtype, device=table.device)
    else:
        # ‖v − e‖² = ‖v‖² − 2 v·e + ‖e‖²; the first term is the same for all rows.
        offset = table.pow(2).sum(-1) / 2
    rows = []
    for start in range(0, len(vectors), chunk_size):
        chunk = slice(start, start + chunk_size)
        similarity = vectors[chunk] @ table.T  # Shape: (chunk_size, table_size)
        similarity -= offset
        position, column = (excluded[chunk] >= 0).nonzero(as_tuple=True)
        similarity[position, excluded[chunk][position, column]] = -torch.inf
        best = similarity.argmax(-1)
        for wanted, had in restrictions:
            similarity.masked_fill_(wanted[chunk] @ had.T == 0, -torch.inf)
        if restrictions:
            value, restricted = similarity.max(-1)
            best = torch.where(value > -torch.inf, restricted, best)
        rows.append(best)
    return torch.cat(rows) if rows else torch.empty(0, dtype=torch.long, device=vectors.device)


def mean_neighbour_similarity(
    table: torch.Tensor, num_neighbours: int = NUM_NEIGHBOURS, chunk_size: int = 4096
) -> torch.Tensor:
    """
    r(y) of cross-domain similarity local scaling (Conneau, Lample et al. 2018, section 2.3): the mean cosine of each
    row to its k nearest other rows, after the table's mean was subtracted.

    # Parameters

    table : `torch.Tensor`
        Embeddings E of the table {W, E}, two at least. Shape: `(table_size, dimension)`
    num_neighbours : `int`, optional (default = `10`)
        Number of neighbours k; all other rows where there are fewer.
    chunk_size : `int`, optional (default = `4096`)
        Number of rows in a matrix product, which limits the memory to `chunk_size * table_size` numbers.

    # Returns

    `torch.Tensor`
        From −1 to 1. Shape: `(table_size,)`
    """
    table = normalize(table - table.mean(0), dim=-1)
    neighbours = min(num_neighbours, len(table) - 1)
    means = []
    for start in range(0, len(table), chunk_size):
        similarity = table[start : start + chunk_size] @ table.T  # Shape: (chunk_size, table_size)
        similarity.diagonal(start).fill_(-torch.inf)
        means.append(similarity.topk(neighbours, dim=-1).values.mean(-1))
    return torch.cat(means)


def satisfied(rows: torch.Tensor, restrictions: Sequence[Restriction]) -> torch.Tensor:
    """
    Whether the row that each vector got has the features that it wants, or is the nearest of all because none was left.

    # Parameters

    rows : `torch.LongTensor`
        Index of each vector's row. Shape: `(num_vectors,)`
    restrictions : `Sequence[Restriction]`
        As given to `nearest`.

    # Returns

    `torch.BoolTensor`
        Shape: `(num_vectors,)`
    """
    result = torch.ones(len(rows), dtype=torch.bool, device=rows.device)
    for wanted, had in restrictions:
        result &= (wanted * had[rows]).sum(-1) > 0
    return result
