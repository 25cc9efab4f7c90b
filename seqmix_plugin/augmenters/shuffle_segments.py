"""Shuffling within segments."""

from typing import List, Sequence

import numpy as np

from seqmix_plugin.augmenters.augmenter import Augmenter
from seqmix_plugin.augmenters.label_aligned import LabelAlignedAugmenter, Rewriting, Visible, split_like, with_words
from seqmix_plugin.functional import segments, shuffled_within
from seqmix_plugin.synthetic import SyntheticSentence, Window


@Augmenter.register("shuffle_segments")
class ShuffleSegmentsAugmenter(LabelAlignedAugmenter):
    """
    Shuffle within segments (SiS) of Dai and Adel 2020, "An Analysis of Simple Data Augmentation for Named Entity
    Recognition". A sentence is split into its mentions and the runs of words between them; with probability p the words
    of such a segment are put into a random order. The labels stay in their order, so that a mention still begins with
    its `B-` tag.

    Segments whose words are all the same are left alone. Where chance selects no segment of a sentence, one is
    shuffled; a child that has all words in their old order is dropped, as it would only repeat its parent.

    Registered as an `Augmenter` with name "shuffle_segments".

    # Parameters

    rate : `float`, optional (default = `0.2`)
        Number of sentences to make for each labelled one, from 0 to 1000: K labelled sentences give N = ⌊rate · K⌋. The
        paper chooses from 1, 3, 6 and 10.
    probability : `float`, optional (default = `0.3`)
        Probability p with which a segment is shuffled, from 0 to 1. The paper chooses from 0.1, 0.3, 0.5 and 0.7.
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

    name = "shuffle_segments"

    def rewriting(self, frames: Visible, source: Visible) -> Rewriting:
        items = []
        for sentence, length in frames:
            visible = [(start, min(end, length)) for start, end in segments(sentence.tags or ())]
            mixed = [part for part in visible if len(set(sentence.tokens[slice(*part)])) > 1]
            items.append(np.array(mixed, dtype=np.int64).reshape(-1, 2))

        def rewrite(
            positions: Sequence[int], selected: Sequence[np.ndarray], rng: np.random.Generator
        ) -> List[SyntheticSentence]:
            # The words of the selected segments of all sentences, one after the other.
            bounds = np.concatenate(selected)
            sizes = bounds[:, 1] - bounds[:, 0]
            groups = np.repeat(np.arange(len(bounds)), sizes)
            places = np.arange(len(groups)) + np.repeat(bounds[:, 0] - (np.cumsum(sizes) - sizes), sizes)
            order = places[shuffled_within(groups, rng)]
            owned = [np.repeat(some[:, 0], some[:, 1] - some[:, 0]) for some in selected]
            moved = zip(split_like(places, owned), split_like(order, owned), strict=True)
            children = []
            for position, some, (old, new) in zip(positions, selected, moved, strict=True):
                frame = frames[position][0]
                tokens = np.array(frame.tokens, dtype=object)
                tokens[old] = tokens[new]
                window = Window(frame.id, int(some[0, 0]), int(some[-1, 1]))
                child = with_words(frame, tokens.tolist())
                children.append(SyntheticSentence(child, (window,), places=tuple(old.tolist())))
            return children

        return Rewriting(items, rewrite)
