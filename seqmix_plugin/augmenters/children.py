"""Both children of each pair of windows: mixed, snapped to words of the table, put into both parents."""

from typing import Callable, List, NamedTuple, Sequence, Tuple

from seqmix_plugin.augmenters.embedding_tables import SubSequence, WordTable
from seqmix_plugin.augmenters.pairing import WindowPair
from seqmix_plugin.functional import Restriction, mix_distributions, satisfied
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
    words, kept, fits = _choose(mixes, table, keep_shared_tokens)
    unrestricted = [not (stays or fit) for stays, fit in zip(kept, fits, strict=True)]
    labels_of = {id(mix.sentence): _labels(mix.sentence) for pair in mixes for mix in pair[:2]}
    children: List[SyntheticSentence] = []
    end = 0
    for number, mix in enumerate(mixes):
        start, end = end, end + mix.first.end - mix.first.start
        new, old = tuple(words[start:end]), kept[start:end]
        first, second = (labels_of[id(side.sentence)] for side in mix[:2])
        rows = zip(first[slice(*mix.first[1:])], second[slice(*mix.second[1:])], strict=True)
        labels = tuple([mix_labels(one, other, mix.lam) for one, other in rows])
        windows = tuple(Window(side.sentence.id, side.start, side.end) for side in mix[:2])
        frames = ((mix.first, first, windows), (mix.second, second, windows[::-1]))
        for frame, own, parents in frames if mix.both else frames[number % 2 : number % 2 + 1]:
            chosen = new if not any(old) else tuple(_kept(frame.words, new, old))
            sentence = _replaced(frame, own, chosen, labels)
            places = tuple(place for place, stays in enumerate(old, frame.start) if not stays)
            outside = sum(unrestricted[start:end])
            children.append(SyntheticSentence(sentence, parents, mix.lam, places=places, unrestricted=outside))
    return children


def _choose(
    mixes: Sequence[Mix], table: WordTable, keep_shared_tokens: bool
) -> Tuple[List[str], List[bool], List[bool]]:
    """
    The words of all mixes, one after the other: the generated word, whether the parents' word is kept instead, and
    whether the generated one is what `restrict` of the table asks for.
    """
    sides = [mix.first for mix in mixes], [mix.second for mix in mixes]
    weights = [mix.lam for mix in mixes for _ in range(mix.first.start, mix.first.end)]
    restrictions = _restrictions(sides, weights, table) if table.restrict else []
    rows = table.nearest(*sides, weights, restrictions)  # Shape: (num_words,)
    kept = [False] * len(weights)
    if keep_shared_tokens:  # Words are equal when their pieces are, whatever the spelling.
        first, second = (table.pieces([word for window in side for word in window.words]) for side in sides)
        kept = [one == other for one, other in zip(first, second, strict=True)]
    return [table.words[row] for row in rows.tolist()], kept, satisfied(rows, restrictions).tolist()


def _restrictions(
    sides: Tuple[Sequence[SubSequence], Sequence[SubSequence]], weights: Sequence[float], table: WordTable
) -> List[Restriction]:
    """What each generated word must have."""
    first, second = ([word for window in side for word in window.words] for side in sides)
    shapes = [one if weight >= 0.5 else other for one, other, weight in zip(first, second, weights, strict=True)]
    first_labels, second_labels = ([label for window in side for label in window.labels] for side in sides)
    tags = [one.keys() | other.keys() for one, other in zip(first_labels, second_labels, strict=True)]
    return table.restrictions(shapes, tags)


def _labels(sentence: TaggedSentence) -> Tuple[TagDistribution, ...]:
    return tuple(sentence.distributions() or ())


def _kept(old: Sequence[str], new: Sequence[str], stays: Sequence[bool]) -> List[str]:
    """The frame's words that stay, the new ones elsewhere."""
    return [one if stay else other for one, other, stay in zip(old, new, stays, strict=True)]


def _replaced(
    frame: SubSequence,
    own: Tuple[TagDistribution, ...],
    words: Tuple[str, ...],
    labels: Tuple[TagDistribution, ...],
) -> TaggedSentence:
    """The frame's sentence with other words, and with other labels than its own ones, in its window; it has no id."""
    sentence, start, end = frame
    tokens = sentence.tokens[:start] + words + sentence.tokens[end:]
    return TaggedSentence("", tokens, tag_distributions=own[:start] + labels + own[end:])
