"""Both children of each pair of windows: mixed, snapped to words of the table, put into both parents."""

from typing import Callable, List, NamedTuple, Sequence, Tuple

import torch

from seqmix_plugin.augmenters.embedding_tables import SubSequence, WordTable
from seqmix_plugin.augmenters.pairing import WindowPair
from seqmix_plugin.functional import mix_distributions, mix_vectors, satisfied
from seqmix_plugin.sentence import TagDistribution, TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence, Window

MixLabels = Callable[[TagDistribution, TagDistribution, float], TagDistribution]


class Mix(NamedTuple):
    """
    Two windows to mix, and the sentences that the result is put into.

    # Parameters

    first, second : `SubSequence`
        The windows.
    lam : `float`
        Weight of the first.
    both : `bool`
        Whether the result is put into both sentences, or into that of the window with the larger weight alone.
    """

    first: SubSequence
    second: SubSequence
    lam: float
    both: bool


def mix_pairs(
    pairs: Sequence[WindowPair],
    lambdas: Sequence[float],
    labelled: Sequence[TaggedSentence],
    table: WordTable,
    keep_shared_tokens: bool,
    dominant: bool = False,
    mix_labels: MixLabels = mix_distributions,
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
    dominant : `bool`, optional (default = `False`)
        Whether each child is mixed for itself, with the weight max(λ, 1 − λ) for the sentence that it is put into.
    mix_labels : `MixLabels`, optional (default = `mix_distributions`)
        Gives the labels of a mixed word by those of its parents and the weight of the first.

    # Returns

    `List[SyntheticSentence]`
        Both children of each pair, in the order of the pairs. Shape: `(2 * num_pairs,)`
    """
    mixes = [
        Mix(
            SubSequence(labelled[pair.first], pair.first_start, pair.first_start + pair.length),
            SubSequence(labelled[pair.second], pair.second_start, pair.second_start + pair.length),
            weight,
            not dominant,
        )
        for pair, lam in zip(pairs, lambdas, strict=True)
        for weight in ((max(lam, 1 - lam), min(lam, 1 - lam)) if dominant else (lam,))
    ]
    chosen = zip(*_choose(mixes, table, keep_shared_tokens), strict=True)
    children: List[SyntheticSentence] = []
    for number, mix in enumerate(mixes):
        window = [next(chosen) for _ in mix.first.words]
        unrestricted = sum(not (kept or fits) for _, kept, fits in window)
        rows = zip(mix.first.labels, mix.second.labels, strict=True)
        labels = tuple(mix_labels(one, other, mix.lam) for one, other in rows)
        frames = [(mix.first, mix.second), (mix.second, mix.first)]
        for frame, twin in frames if mix.both else frames[number % 2 : number % 2 + 1]:
            words = tuple(old if kept else new for (new, kept, _), old in zip(window, frame.words, strict=True))
            windows = tuple(Window(parent.sentence.id, parent.start, parent.end) for parent in (frame, twin))
            children.append(
                SyntheticSentence(_replaced(frame, words, labels), windows, mix.lam, unrestricted=unrestricted)
            )
    return children


def _choose(
    mixes: Sequence[Mix], table: WordTable, keep_shared_tokens: bool
) -> Tuple[List[str], List[bool], List[bool]]:
    """
    The words of all mixes, one after the other: the generated word, whether the parents' word is kept instead, and
    whether the generated one is what `restrict` of the table asks for.
    """
    sides = [mix.first for mix in mixes], [mix.second for mix in mixes]
    first, second = ([word for window in side for word in window.words] for side in sides)
    weights = [mix.lam for mix in mixes for _ in mix.first.words]
    first_vectors, second_vectors = (table.embed(side) for side in sides)  # Shape: (num_words, dimension)
    lam = first_vectors.new_tensor(weights)
    mixed = mix_vectors(first_vectors, second_vectors, lam, table.restore_norm)  # Shape: (num_words, dimension)
    parents = torch.stack((table.rows(first), table.rows(second)), dim=-1)  # Shape: (num_words, 2)
    shapes = [one if weight >= 0.5 else other for one, other, weight in zip(first, second, weights, strict=True)]
    first_labels, second_labels = ([label for window in side for label in window.labels] for side in sides)
    tags = [one.keys() | other.keys() for one, other in zip(first_labels, second_labels, strict=True)]
    restrictions = table.restrictions(shapes, tags)
    rows = table.nearest(mixed, parents, restrictions)  # Shape: (num_words,)
    kept = [False] * len(first)
    if keep_shared_tokens:  # Words are equal when their pieces are, whatever the spelling.
        kept = [one == other for one, other in zip(table.pieces(first), table.pieces(second), strict=True)]
    return [table.words[row] for row in rows.tolist()], kept, satisfied(rows, restrictions).tolist()


def _replaced(frame: SubSequence, words: Tuple[str, ...], labels: Tuple[TagDistribution, ...]) -> TaggedSentence:
    """The frame's sentence with other words and labels in its window; it has no id yet."""
    (sentence, start, end), rows = frame, tuple(frame.sentence.distributions() or ())
    tokens = sentence.tokens[:start] + words + sentence.tokens[end:]
    return TaggedSentence("", tokens, tag_distributions=rows[:start] + labels + rows[end:])
