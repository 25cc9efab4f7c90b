"""Label-wise token replacement."""

from typing import List, Sequence

import numpy as np

from seqmix_plugin.augmenters.augmenter import Augmenter
from seqmix_plugin.augmenters.label_aligned import (
    LabelAlignedAugmenter,
    Numbers,
    Rewriting,
    Visible,
    split_like,
    with_words,
)
from seqmix_plugin.functional import count_others, draw_others
from seqmix_plugin.synthetic import SyntheticSentence, Window


@Augmenter.register("label_token_replacement")
class LabelTokenReplacementAugmenter(LabelAlignedAugmenter):
    """
    Label-wise token replacement (LwTR) of Dai and Adel 2020, "An Analysis of Simple Data Augmentation for Named Entity
    Recognition". Each word of a sentence is replaced with probability p by another word that has the same label
    somewhere in the labelled sentences, drawn in proportion to its frequency under this label. The labels stay.

    Where chance selects no word of a sentence, one is replaced; the paper's would then repeat the sentence. A word
    whose label no other word has is kept.

    Registered as an `Augmenter` with name "label_token_replacement".

    # Parameters

    rate : `float`, optional (default = `0.2`)
        Number of sentences to make for each labelled one, from 0 to 1000: K labelled sentences give N = ⌊rate · K⌋. The
        paper chooses from 1, 3, 6 and 10.
    probability : `float`, optional (default = `0.3`)
        Probability p with which a word is replaced, from 0 to 1. The paper chooses from 0.1, 0.3, 0.5 and 0.7.
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

    name = "label_token_replacement"

    def rewriting(self, frames: Visible, source: Visible) -> Rewriting:
        labels, words = Numbers(), Numbers()
        bank, own = _numbered(source, labels, words), _numbered(frames, labels, words)
        spelled = np.array([word for sentence, length in source for word in sentence.tokens[:length]], dtype=object)
        ends = np.cumsum([length for _, length in frames])[:-1]
        items = [np.flatnonzero(flags) for flags in np.split(count_others(own, bank) > 0, ends)]
        numbers = np.split(own, ends)

        def rewrite(
            positions: Sequence[int], selected: Sequence[np.ndarray], rng: np.random.Generator
        ) -> List[SyntheticSentence]:
            places = [numbers[position][some] for position, some in zip(positions, selected, strict=True)]
            drawn = spelled[draw_others(np.concatenate(places), bank, rng)]
            children = []
            for position, some, new in zip(positions, selected, split_like(drawn, selected), strict=True):
                frame = frames[position][0]
                tokens = np.array(frame.tokens, dtype=object)
                tokens[some] = new
                window = Window(frame.id, int(some[0]), int(some[-1]) + 1)
                child = with_words(frame, tokens.tolist())
                children.append(SyntheticSentence(child, (window,), places=tuple(some.tolist())))
            return children

        return Rewriting(items, rewrite)


def _numbered(sentences: Visible, labels: Numbers, words: Numbers) -> np.ndarray:
    """Label and word of each visible word of all sentences, as numbers. Shape: `(num_words, 2)`"""
    pairs = [
        (labels[tag], words[word])
        for sentence, length in sentences
        for tag, word in zip((sentence.tags or ())[:length], sentence.tokens[:length], strict=True)
    ]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)
