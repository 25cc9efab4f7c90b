"""Mention replacement."""

from typing import List, Sequence, Tuple

import numpy as np

from seqmix_plugin.augmenters.augmenter import Augmenter
from seqmix_plugin.augmenters.label_aligned import (
    LabelAlignedAugmenter,
    Numbers,
    Rewriting,
    Visible,
    split_like,
    with_part,
)
from seqmix_plugin.functional import count_others, draw_others
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.synthetic import SyntheticSentence, Window
from seqmix_plugin.tag_schemes import Span, tags_to_spans

Mention = Tuple[TaggedSentence, Span]


@Augmenter.register("mention_replacement")
class MentionReplacementAugmenter(LabelAlignedAugmenter):
    """
    Mention replacement (MR) of Dai and Adel 2020, "An Analysis of Simple Data Augmentation for Named Entity
    Recognition". Each mention of an entity in a sentence is replaced with probability p by another mention of the same
    type in the labelled sentences, drawn in proportion to its frequency, together with its labels. Sentences change
    their length where the two mentions differ in theirs.

    Where chance selects no mention of a sentence, one is replaced; the paper's would then repeat the sentence.
    Sentences without mentions, or with mentions of types that have no other, make no children.

    Registered as an `Augmenter` with name "mention_replacement".

    # Parameters

    rate : `float`, optional (default = `0.2`)
        Number of sentences to make for each labelled one, from 0 to 1000: K labelled sentences give N = ⌊rate · K⌋. The
        paper chooses from 1, 3, 6 and 10.
    probability : `float`, optional (default = `0.3`)
        Probability p with which a mention is replaced, from 0 to 1. The paper chooses from 0.1, 0.3, 0.5 and 0.7.
    discriminator : `Discriminator`, optional (default = `AcceptAllDiscriminator()`)
        Discriminator d that accepts or refuses each generated sentence; not in the paper.
    max_tries : `int`, optional (default = `100`)
        Largest number of children to make for each wanted one, at least 1; a round ends there even with too few.
    refresh : `str`, optional (default = `"round"`)
        When the training data changes: `"round"` makes the sentences of a round once, `"pass"` `versions` times as many
        and each pass over the training data has the next ⌊rate · K⌋ of them.
    versions : `int`, optional (default = `20`)
        With `"pass"`, number of passes with sentences of their own, at least 2; later passes repeat theirs in order.

    # Raises

    `ConfigurationError`
        When a value is out of its range.
    """

    name = "mention_replacement"

    def rewriting(self, frames: Visible, source: Visible) -> Rewriting:
        types, words = Numbers(), Numbers()
        known = [(sentence, span) for sentence, length in source for span in _spans(sentence, length)]
        bank = _numbered(known, types, words)
        own = [[(sentence, span) for span in _spans(sentence, length)] for sentence, length in frames]
        numbers = [_numbered(mentions, types, words) for mentions in own]
        counts = split_like(count_others(np.concatenate(numbers), bank), numbers)
        items = [np.flatnonzero(some) for some in counts]

        def rewrite(
            positions: Sequence[int], selected: Sequence[np.ndarray], rng: np.random.Generator
        ) -> List[SyntheticSentence]:
            wanted = [numbers[position][some] for position, some in zip(positions, selected, strict=True)]
            drawn = split_like(draw_others(np.concatenate(wanted), bank, rng), selected)
            return [
                _replaced([own[position][item] for item in some], [known[item] for item in new])
                for position, some, new in zip(positions, selected, drawn, strict=True)
            ]

        return Rewriting(items, rewrite)


def _spans(sentence: TaggedSentence, length: int) -> List[Span]:
    """The mentions among the first words of a sentence."""
    spans, _ = tags_to_spans(sentence.tags or (), repair=True)
    return [span for span in spans if span.end <= length]


def _numbered(mentions: Sequence[Mention], types: Numbers, words: Numbers) -> np.ndarray:
    """Type and words of each mention, as numbers. Shape: `(num_mentions, 2)`"""
    pairs = [(types[span.label], words[sentence.tokens[span.start : span.end]]) for sentence, span in mentions]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _replaced(old: Sequence[Mention], new: Sequence[Mention]) -> SyntheticSentence:
    """The sentence of the old mentions, which are in order, with the new ones in their place."""
    frame = child = old[0][0]
    for (_, span), (sentence, other) in reversed(list(zip(old, new, strict=True))):  # positions before it stay valid
        child = with_part(child, span, sentence, other)
    places: List[int] = []
    moved = 0  # by how many words what follows has moved
    for (_, span), (_, other) in zip(old, new, strict=True):
        places += range(span.start + moved, span.start + moved + other.end - other.start)
        moved += (other.end - other.start) - (span.end - span.start)
    start, end = old[0][1].start, old[-1][1].end
    parents = [Window(frame.id, start, end), *(Window(sentence.id, span.start, span.end) for sentence, span in new)]
    return SyntheticSentence(child, tuple(parents), changed=(start, end + moved), places=tuple(places))
