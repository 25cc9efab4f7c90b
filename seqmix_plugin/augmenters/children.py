"""Both children of each pair of windows: mixed, snapped to words of the table, put into both parents."""

from itertools import islice
from typing import List, Sequence, Tuple

import torch

from seqmix_plugin.augmenters.embedding_tables import SubSequence, WordTable
from seqmix_plugin.augmenters.pairing import WindowPair
from seqmix_plugin.functional import mix_distributions, mix_vectors, nearest
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
    first, second = ([word for parent in side for word in parent.words] for side in (firsts, seconds))
    first_vectors, second_vectors = table.embed(firsts), table.embed(seconds)  # Shape: (num_words, dimension)
    weights = [lam for pair, lam in zip(pairs, lambdas, strict=True) for _ in range(pair.length)]
    mixed = mix_vectors(first_vectors, second_vectors, first_vectors.new_tensor(weights))
    parents = torch.stack((table.rows(first), table.rows(second)), dim=-1)  # Shape: (num_words, 2)
    words = [table.words[row] for row in nearest(mixed, table.vectors, parents, table.distance).tolist()]
    kept = [False] * len(words)
    if keep_shared_tokens:  # Words are equal when their pieces are, whatever the spelling.
        kept = [one == other for one, other in zip(table.pieces(first), table.pieces(second), strict=True)]
    generated = zip(words, kept, strict=True)
    children: List[SyntheticSentence] = []
    for one, other, lam in zip(firsts, seconds, lambdas, strict=True):
        window = list(islice(generated, one.end - one.start))
        rows = [(part.sentence.distributions() or [])[part.start : part.end] for part in (one, other)]
        labels = tuple(mix_distributions(a, b, lam) for a, b in zip(*rows, strict=True))
        for frame, twin in ((one, other), (other, one)):
            own = tuple(old if keep else new for (new, keep), old in zip(window, frame.words, strict=True))
            windows = tuple(Window(parent.sentence.id, parent.start, parent.end) for parent in (frame, twin))
            children.append(SyntheticSentence(_replaced(frame, own, labels), windows, lam))
    return children


def _replaced(frame: SubSequence, words: Tuple[str, ...], labels: Tuple[TagDistribution, ...]) -> TaggedSentence:
    """The frame's sentence with other words and labels in its window; it has no id yet."""
    (sentence, start, end), rows = frame, tuple(frame.sentence.distributions() or ())
    tokens = sentence.tokens[:start] + words + sentence.tokens[end:]
    return TaggedSentence("", tokens, tag_distributions=rows[:start] + labels + rows[end:])
