"""The mixing of pairs of windows into new sentences (the paper's equations 7 and 8)."""

from itertools import islice
from typing import Iterator, List, Sequence, Tuple

import torch

from seqmix_plugin.augmenters.embedding_tables import SubSequence, WordTable
from seqmix_plugin.augmenters.pairing import WindowPair
from seqmix_plugin.functional import mix_distributions, nearest
from seqmix_plugin.sentence import TagDistribution, TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence, Window


def mix_pairs(
    pairs: Sequence[WindowPair],
    lambdas: Sequence[float],
    labelled: Sequence[TaggedSentence],
    table: WordTable,
    keep_shared_tokens: bool,
) -> List[SyntheticSentence]:
    """
    Mixes each pair of windows and puts the result into both parents. The words of all pairs are mixed at once.

    # Parameters

    pairs : `Sequence[WindowPair]`
        Windows of the sentences in `labelled`.
    lambdas : `Sequence[float]`
        Mixing coefficient λ of each pair, the weight of its first sentence.
    labelled : `Sequence[TaggedSentence]`
        The parents, with labels.
    table : `WordTable`
        Words and embeddings {W, E} to choose generated words from.
    keep_shared_tokens : `bool`
        Whether a word that both parents have at the same position is kept.

    # Returns

    `List[SyntheticSentence]`
        Both children of each pair, in the order of the pairs. Shape: `(2 * num_pairs,)`
    """
    firsts = [SubSequence(labelled[p.first], p.first_start, p.first_start + p.length) for p in pairs]
    seconds = [SubSequence(labelled[p.second], p.second_start, p.second_start + p.length) for p in pairs]
    words = _mixed_words(firsts, seconds, lambdas, table, keep_shared_tokens)
    children: List[SyntheticSentence] = []
    for first, second, lam in zip(firsts, seconds, lambdas, strict=True):
        window = list(islice(words, first.end - first.start))
        rows = [tuple(parent.sentence.distributions() or ()) for parent in (first, second)]
        both = zip(rows[0][first.start : first.end], rows[1][second.start : second.end], strict=True)
        labels = tuple(mix_distributions(one, other, lam) for one, other in both)
        children.append(_child(first, second, lam, window, rows[0], labels))
        children.append(_child(second, first, lam, window, rows[1], labels))
    return children


def _mixed_words(
    firsts: Sequence[SubSequence],
    seconds: Sequence[SubSequence],
    lambdas: Sequence[float],
    table: WordTable,
    keep_shared_tokens: bool,
) -> Iterator[Tuple[str, bool]]:
    """The generated word of each position of all windows, and whether each parent keeps its own word there."""
    first, second = ([word for parent in side for word in parent.words] for side in (firsts, seconds))
    first_vectors, second_vectors = table.embed(firsts), table.embed(seconds)  # Shape: (num_words, dimension)
    weights = [lam for parent, lam in zip(firsts, lambdas, strict=True) for _ in parent.words]
    weight = torch.tensor(weights, dtype=first_vectors.dtype, device=first_vectors.device).unsqueeze(-1)
    mixed = weight * first_vectors + (1 - weight) * second_vectors
    parents = torch.stack((table.rows(first), table.rows(second)), dim=-1)  # Shape: (num_words, 2)
    words = [table.words[row] for row in nearest(mixed, table.vectors, parents, table.distance).tolist()]
    shared = [False] * len(words)
    if keep_shared_tokens:  # Words are equal when their pieces are, whatever the spelling.
        shared = [one == other for one, other in zip(table.pieces(first), table.pieces(second), strict=True)]
    return zip(words, shared, strict=True)


def _child(
    frame: SubSequence,
    other: SubSequence,
    lam: float,
    window: Sequence[Tuple[str, bool]],
    distributions: Tuple[TagDistribution, ...],
    labels: Tuple[TagDistribution, ...],
) -> SyntheticSentence:
    """The frame's sentence with the mixed words and labels in its window."""
    (sentence, start, end), own_words = frame, frame.words
    words = tuple(own if keeps else word for (word, keeps), own in zip(window, own_words, strict=True))
    child = TaggedSentence(
        id="",
        tokens=sentence.tokens[:start] + words + sentence.tokens[end:],
        tag_distributions=distributions[:start] + labels + distributions[end:],
    )
    parents = tuple(Window(parent.sentence.id, parent.start, parent.end) for parent in (frame, other))
    return SyntheticSentence(child, parents, lam)
