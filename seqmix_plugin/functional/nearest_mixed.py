"""The nearest tokens of mixtures of a few distinct vectors (the paper's equation 7), without a search of the table."""

from typing import List, NamedTuple, Optional, Sequence, Tuple

import torch
from torch.nn.functional import pad

from seqmix_plugin.functional.mixture_scores import LinearScores, Mixtures, exact_scores, linear_scores
from seqmix_plugin.functional.nearest import Restriction, mean_neighbour_similarity, nearest

GROUP = 32
"""Rows of the table that share an upper bound."""
BLOCK = 64
"""Groups of rows in one matrix product, whose result is read again while it is in the processor's cache."""
CHUNK = 8192
"""Largest number of mixtures that are looked up together, which limits the memory."""
TIE = 1e-6
"""Rows this close to the best score, relative to the size of what is summed up for it, are compared in float64."""
MANY = 64
"""Mean number of such rows from which all mixtures are looked up one by one, as in a table of equal rows."""
EXTREME = 1e-6
"""A mixture with less than this of one parent is looked up alone."""
EXCLUDED = -1e30
"""The score of rows that must not be chosen; the smaller part of it is below `NOTHING` too."""
NOTHING = -1e20
"""Below the score of any row that may be chosen."""


class Candidates(NamedTuple):
    """Mixtures, rows that may be nearest to them, and their scores. Shapes: `(num_candidates,)`"""

    mixtures: torch.Tensor
    rows: torch.Tensor
    values: torch.Tensor


class RowBlock(NamedTuple):
    """
    Some groups of rows of the table.

    # Parameters

    start : `int`
        Index of the first row.
    similarities : `torch.Tensor`
        Of the parents. Shape: `(num_sources, num_groups, group_size)`
    terms : `List[Tuple[torch.Tensor, torch.Tensor]]`
        Coefficients and values of the terms of a score. Shapes: `(num_mixtures,)`, `(num_groups, group_size)`
    allowed : `List[Tuple[torch.Tensor, torch.Tensor]]`
        For each restriction, the number of what each mixture wants, and which rows have it.
        Shapes: `(num_mixtures,)`, `(num_wants, num_groups, group_size)`
    """

    start: int
    similarities: torch.Tensor
    terms: List[Tuple[torch.Tensor, torch.Tensor]]
    allowed: List[Tuple[torch.Tensor, torch.Tensor]]


def nearest_mixed(
    mixtures: Mixtures,
    table: torch.Tensor,
    distance: str = "l2",
    density: Optional[torch.Tensor] = None,
    restrictions: Sequence[Restriction] = (),
) -> torch.Tensor:
    """
    The row of the table nearest to each mixture, equation 7, as by `nearest`, by one matrix product of the *distinct*
    parents with the table: by all distances the score of a mixture is the mixed score of its parents, up to terms of
    the row alone.

    Few rows are scored for each mixture. The best score of a group of rows is at most the mixed best scores of its
    parents there; a group for which this is less than a score that was found already is passed over, as in the
    threshold algorithm (Fagin, Lotem and Naor 2003, "Optimal Aggregation Algorithms for Middleware").

    Rows that are as near as the nearest but for rounding are compared in float64; of equal ones the first is taken.

    # Parameters

    mixtures : `Mixtures`
        Mixed vectors.
    table : `torch.Tensor`
        Embeddings E of the table {W, E}. Shape: `(table_size, dimension)`
    distance : `str`, optional (default = `"l2"`)
        Distance to minimise: `"l2"`, `"cosine"` or `"csls"`, as for `nearest`.
    density : `torch.Tensor`, optional (default = `None`)
        r(y) of each row for `"csls"`, where it is known already. Shape: `(table_size,)`
    restrictions : `Sequence[Restriction]`, optional (default = `()`)
        Features that rows must have, as for `nearest`.

    # Returns

    `torch.LongTensor`
        Index of the nearest row. Shape: `(num_mixtures,)`
    """
    if distance == "csls" and density is None:
        density = mean_neighbour_similarity(table)
    rows = mixtures.parents.new_zeros(len(mixtures.lam))
    extreme = torch.minimum(mixtures.lam, 1 - mixtures.lam) < EXTREME
    for part in (~extreme).nonzero().flatten().split(CHUNK):
        some = mixtures if len(part) == len(rows) else mixtures.some(part)
        rows[part] = _of_chunk(some, table, distance, density, [(wants[part], had) for wants, had in restrictions])
    if extreme.any():
        wanted = [(wants[extreme], had) for wants, had in restrictions]
        rows[extreme] = _one_by_one(mixtures.some(extreme.nonzero().flatten()), table, distance, density, wanted)
    return rows


def _one_by_one(
    mixtures: Mixtures,
    table: torch.Tensor,
    distance: str,
    density: Optional[torch.Tensor],
    restrictions: Sequence[Restriction],
) -> torch.Tensor:
    excluded = mixtures.own[mixtures.parents]
    return nearest(mixtures.vectors(), table, excluded, distance, density=density, restrictions=restrictions)


def _of_chunk(
    mixtures: Mixtures,
    table: torch.Tensor,
    distance: str,
    density: Optional[torch.Tensor],
    restrictions: Sequence[Restriction],
) -> torch.Tensor:
    found = _candidates(mixtures, linear_scores(mixtures, table, distance, density), restrictions)
    if found is None:
        return _one_by_one(mixtures, table, distance, density, restrictions)
    counts = torch.bincount(found.mixtures, minlength=len(mixtures.lam))
    rows = torch.zeros_like(counts).index_put_((found.mixtures,), found.rows)
    tied = counts[found.mixtures] > 1
    if tied.any():
        several, numbers = found.mixtures[tied].unique(return_inverse=True)
        vectors = mixtures.some(several).vectors()[numbers]
        exact = exact_scores(vectors, found.rows[tied], table, distance, density)
        best = exact.new_full((len(several),), -torch.inf).scatter_reduce_(0, numbers, exact, "amax")
        first = torch.where(exact == best[numbers], found.rows[tied], len(table))
        rows[several] = torch.full_like(several, len(table)).scatter_reduce_(0, numbers, first, "amin")
    missing = (counts == 0).nonzero().flatten()
    if restrictions and len(missing):
        rows[missing] = _of_chunk(mixtures.some(missing), table, distance, density, ())
    return rows


def _candidates(mixtures: Mixtures, scores: LinearScores, restrictions: Sequence[Restriction]) -> Optional[Candidates]:
    """The rows that may be nearest; `None` when there are too many to compare them one by one."""
    margin = TIE * scores.scale
    best = torch.full_like(margin, NOTHING)
    wants = [(*wanted.unique(dim=0, return_inverse=True), had) for wanted, had in restrictions]
    found: List[Candidates] = []
    room = margin.new_empty(len(scores.sources), min(BLOCK, -(-len(scores.table) // GROUP)) * GROUP)
    for start in range(0, len(scores.table), GROUP * BLOCK):
        block = _row_block(mixtures, scores, start, wants, room)
        bound = _bounds(mixtures, block)  # Shape: (num_mixtures, num_groups)
        # The most promising group of each mixture first, so that fewer of the others have to be scored.
        top, group = bound.max(-1)
        of = (top >= best - margin).nonzero().flatten()
        found.append(_scored(mixtures, block, of, group[of], best, margin))
        bound.scatter_(1, group.unsqueeze(-1), -torch.inf)
        of, group = (bound >= (best - margin).unsqueeze(-1)).nonzero(as_tuple=True)
        found.append(_scored(mixtures, block, of, group, best, margin))
        if sum(len(some.rows) for some in found) > MANY * len(margin):
            return None
    every = Candidates(*(torch.cat(column) for column in zip(*found, strict=True)))
    near = every.values >= (best - margin)[every.mixtures]
    return Candidates(*(column[near] for column in every))


def _row_block(
    mixtures: Mixtures,
    scores: LinearScores,
    start: int,
    wants: Sequence[Tuple[torch.Tensor, torch.Tensor, torch.Tensor]],
    room: torch.Tensor,
) -> RowBlock:
    """
    Rows from `start` on, filled up to whole groups by rows that must not be chosen.

    # Parameters

    room : `torch.Tensor`
        Memory for the similarities, which is used again for each block. Shape: `(num_sources, num_rows)`
    """
    rows = slice(start, start + room.size(1))
    table = scores.table[rows]
    torch.addmm(-scores.offset[rows], scores.sources, table.T, out=room[:, : len(table)])
    room[:, len(table) :] = EXCLUDED
    inside = ((mixtures.own >= start) & (mixtures.own < start + len(table))).nonzero().flatten()
    room[inside, mixtures.own[inside] - start] = EXCLUDED
    fill = (0, room.size(1) - len(table))
    similarities = room.unflatten(1, (-1, GROUP))
    terms = [(coefficient, pad(values[rows], fill).unflatten(0, (-1, GROUP))) for coefficient, values in scores.terms]
    allowed = [(of, pad(wanted @ had[rows].T, fill).unflatten(1, (-1, GROUP)) > 0) for wanted, of, had in wants]
    return RowBlock(start, similarities, terms, allowed)


def _bounds(mixtures: Mixtures, block: RowBlock) -> torch.Tensor:
    """What the score of any row of a group is at most. Shape: `(num_mixtures, num_groups)`"""
    first, second = mixtures.parents.unbind(-1)
    highest = block.similarities.amax(-1)  # Shape: (num_sources, num_groups)
    bound = torch.lerp(highest[second], highest[first], mixtures.lam.unsqueeze(-1))
    for coefficient, values in block.terms:
        ends = torch.stack((values.amin(-1), values.amax(-1)))  # Shape: (2, num_groups)
        bound += torch.where(coefficient.unsqueeze(-1) > 0, ends[1], ends[0]) * coefficient.unsqueeze(-1)
    for of, allowed in block.allowed:
        bound.masked_fill_(~allowed.any(-1)[of], -torch.inf)
    return bound


def _scored(
    mixtures: Mixtures,
    block: RowBlock,
    of: torch.Tensor,
    group: torch.Tensor,
    best: torch.Tensor,
    margin: torch.Tensor,
) -> Candidates:
    """
    Scores all rows of some groups, raises the best scores in place, and returns the rows near the best so far.

    # Parameters

    of, group : `torch.LongTensor`
        Mixtures, and a group of rows for each. Shapes: `(num_scored,)`
    best, margin : `torch.Tensor`
        The best score of each mixture so far, and how near others have to be. Shapes: `(num_mixtures,)`
    """
    num_groups = block.similarities.size(1)
    flat = block.similarities.flatten(0, 1)  # Shape: (num_sources * num_groups, group_size)
    first, second = (flat[column[of] * num_groups + group] for column in mixtures.parents.unbind(-1))
    values = torch.lerp(second, first, mixtures.lam[of].unsqueeze(-1))  # Shape: (num_scored, group_size)
    for coefficient, terms in block.terms:
        values += coefficient[of].unsqueeze(-1) * terms[group]
    for wanted, allowed in block.allowed:
        values.masked_fill_(~allowed[wanted[of], group], -torch.inf)
    best.scatter_reduce_(0, of, values.amax(-1), "amax")
    scored, place = (values >= (best - margin)[of].unsqueeze(-1)).nonzero(as_tuple=True)
    rows = block.start + group[scored] * GROUP + place
    return Candidates(of[scored], rows, values[scored, place])
