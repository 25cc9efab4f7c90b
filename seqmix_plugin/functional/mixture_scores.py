"""Mixtures of a few distinct vectors, and their scores against a table as sums of the scores of their parents."""

from typing import List, NamedTuple, Optional, Tuple

import torch
from torch.nn.functional import normalize

from seqmix_plugin.functional.mixup import mix_vectors

PART = 256
"""Number of mixed vectors that are held at once where only their lengths are needed."""


class Mixtures(NamedTuple):
    """
    Mixed vectors λ eᵢ + (1 − λ) eⱼ of distinct vectors e.

    # Parameters

    sources : `torch.Tensor`
        Distinct vectors e. Shape: `(num_sources, dimension)`
    own : `torch.LongTensor`
        Row of the table that each of them is, which is not chosen for its mixtures, or −1. Shape: `(num_sources,)`
    parents : `torch.LongTensor`
        Indices i and j of each mixture. Shape: `(num_mixtures, 2)`
    lam : `torch.Tensor`
        Mixing coefficient λ in [0, 1] of each mixture. Shape: `(num_mixtures,)`
    restore_norm : `bool`, optional (default = `False`)
        Whether a mixture is scaled to the mean length of its parents, as by `mix_vectors`.
    """

    sources: torch.Tensor
    own: torch.Tensor
    parents: torch.Tensor
    lam: torch.Tensor
    restore_norm: bool = False

    def vectors(self) -> torch.Tensor:
        """The mixed vectors. Shape: `(num_mixtures, dimension)`"""
        first, second = (self.sources[column] for column in self.parents.unbind(-1))
        return mix_vectors(first, second, self.lam, self.restore_norm)

    def lengths(self, centre: Optional[torch.Tensor] = None) -> torch.Tensor:
        """The lengths of the mixed vectors, or of what they are from a centre. Shape: `(num_mixtures,)`"""
        lengths = []
        for parents, lam in zip(self.parents.split(PART), self.lam.split(PART), strict=True):
            vectors = self._replace(parents=parents, lam=lam).vectors()
            lengths.append((vectors if centre is None else vectors - centre).norm(dim=-1))
        return torch.cat(lengths)

    def some(self, chosen: torch.Tensor) -> "Mixtures":
        """The mixtures with these indices, of the sources that they need."""
        used, parents = self.parents[chosen].unique(return_inverse=True)
        return Mixtures(self.sources[used], self.own[used], parents, self.lam[chosen], self.restore_norm)


class LinearScores(NamedTuple):
    """
    A number for each mixture and row w of a table, the largest for the nearest row: λ s(i, w) + (1 − λ) s(j, w) plus
    c t(w) for each term, where s(e, w) = e · w − o(w).

    # Parameters

    sources : `torch.Tensor`
        The vectors e. Shape: `(num_sources, dimension)`
    table : `torch.Tensor`
        The vectors w. Shape: `(table_size, dimension)`
    offset : `torch.Tensor`
        o of each row. Shape: `(table_size,)`
    terms : `List[Tuple[torch.Tensor, torch.Tensor]]`
        c of each mixture and t of each row, for each term. Shapes: `(num_mixtures,)`, `(table_size,)`
    scale : `torch.Tensor`
        The largest size of what is summed up for a mixture, to which rounding is relative. Shape: `(num_mixtures,)`
    """

    sources: torch.Tensor
    table: torch.Tensor
    offset: torch.Tensor
    terms: List[Tuple[torch.Tensor, torch.Tensor]]
    scale: torch.Tensor


def linear_scores(
    mixtures: Mixtures, table: torch.Tensor, distance: str, density: Optional[torch.Tensor]
) -> LinearScores:
    """
    The scores that `nearest` compares, divided by a number of each mixture above 0, in linear form.

    A mixture is v = c m with m = λ eᵢ + (1 − λ) eⱼ, where c is 1 unless norms are restored. By `"l2"` the score is
    v · w − o(w) with o = ‖w‖² / 2; divided by c it is m · w − o(w) + (1 − 1/c) o(w). By `"cosine"` it is m · w of rows
    of length 1. By `"csls"` it is (v − μ) · w / ‖v − μ‖ − o(w) with the table's mean μ and o = r / 2; multiplied by
    z = ‖v − μ‖ / c it is (m − μ) · w − o(w) + (1 − 1/c) μ · w + (1 − z) o(w).

    # Parameters

    mixtures : `Mixtures`
        Mixed vectors.
    table : `torch.Tensor`
        Embeddings of the table. Shape: `(table_size, dimension)`
    distance : `str`
        `"l2"`, `"cosine"` or `"csls"`.
    density : `torch.Tensor`, optional
        r of each row, for `"csls"`. Shape: `(table_size,)`
    """
    sources = mixtures.sources
    terms: List[Tuple[torch.Tensor, torch.Tensor]] = []
    shrunk = _shrunk(mixtures) if mixtures.restore_norm and distance != "cosine" else None  # 1/c
    if distance == "csls":
        assert density is not None
        centre, offset = table.mean(0), density / 2
        sources, table = sources - centre, normalize(table - centre, dim=-1)
        length = mixtures.lengths(centre)
        terms.append((1 - (length if shrunk is None else length * shrunk), offset))
        if shrunk is not None:
            terms.append((1 - shrunk, table @ centre))
    elif distance == "cosine":
        table = normalize(table, dim=-1)
        offset = table.new_zeros(len(table))
    else:
        offset = table.pow(2).sum(-1) / 2
        if shrunk is not None:
            terms.append((1 - shrunk, offset))
    lengths = sources.norm(dim=-1)[mixtures.parents].amax(-1)  # Shape: (num_mixtures,)
    longest = table.norm(dim=-1).amax() if distance == "l2" else 1.0
    scale = lengths * longest + offset.abs().amax()
    for coefficient, values in terms:
        scale += coefficient.abs() * values.abs().amax()
    return LinearScores(sources, table, offset, terms, scale)


def _shrunk(mixtures: Mixtures) -> torch.Tensor:
    """‖λ eᵢ + (1 − λ) eⱼ‖ / (λ ‖eᵢ‖ + (1 − λ) ‖eⱼ‖), or 1 for zeros. Shape: `(num_mixtures,)`"""
    length = mixtures._replace(restore_norm=False).lengths()
    first, second = mixtures.sources.norm(dim=-1)[mixtures.parents].unbind(-1)
    wanted = mixtures.lam * first + (1 - mixtures.lam) * second
    return torch.where(wanted > 0, length / wanted, 1.0)


def exact_scores(
    vectors: torch.Tensor, rows: torch.Tensor, table: torch.Tensor, distance: str, density: Optional[torch.Tensor]
) -> torch.Tensor:
    """
    The score that `nearest` compares, in float64, of one row for each vector.

    # Parameters

    vectors : `torch.Tensor`
        Mixed vectors. Shape: `(num_vectors, dimension)`
    rows : `torch.LongTensor`
        Index of a row for each. Shape: `(num_vectors,)`
    table : `torch.Tensor`
        Embeddings of the table. Shape: `(table_size, dimension)`
    distance : `str`
        `"l2"`, `"cosine"` or `"csls"`.
    density : `torch.Tensor`, optional
        r of each row, for `"csls"`. Shape: `(table_size,)`

    # Returns

    `torch.Tensor`
        Shape: `(num_vectors,)`
    """
    vectors, chosen = vectors.double(), table[rows].double()
    if distance == "l2":
        return (vectors * chosen).sum(-1) - chosen.pow(2).sum(-1) / 2
    if distance == "cosine":
        return (vectors * normalize(chosen, dim=-1)).sum(-1)
    assert density is not None
    centre = table.mean(0).double()
    vectors, chosen = normalize(vectors - centre, dim=-1), normalize(chosen - centre, dim=-1)
    return (vectors * chosen).sum(-1) - density[rows].double() / 2
