"""The labelled and the unlabelled part of one fixed list of sentences."""

from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.tag_schemes import tags_to_spans


def draw_slice(
    corpus: Sequence[TaggedSentence], size: Optional[int], rng: np.random.Generator
) -> Tuple[List[TaggedSentence], List[TaggedSentence]]:
    """
    Draws the sentences that a run works with, as the paper takes 700 of CoNLL-2003's.

    # Parameters

    corpus : `Sequence[TaggedSentence]`
        The training file.
    size : `int`, optional
        How many; `None` for all.
    rng : `np.random.Generator`
        The source of randomness.

    # Returns

    `Tuple[List[TaggedSentence], List[TaggedSentence]]`
        The slice and the rest, both in the file's order.

    # Raises

    `ConfigurationError`
        When the file has fewer sentences, or `size` is not positive.
    """
    if size is None:
        return list(corpus), []
    if not 1 <= size <= len(corpus):
        raise ConfigurationError(
            f"trainer.pool_size is {size}; the training file has {len(corpus)} sentences, expected 1 to as many"
        )
    inside = np.zeros(len(corpus), dtype=bool)
    inside[rng.choice(len(corpus), size, replace=False)] = True
    marked = list(zip(corpus, inside, strict=True))
    return [sentence for sentence, chosen in marked if chosen], [sentence for sentence, chosen in marked if not chosen]


class Pool:
    """
    Which sentences are labelled. Labelled and unlabelled sentences are disjoint and together all, always.

    # Parameters

    sentences : `Sequence[TaggedSentence]`
        All sentences; their tags, if any, are hidden.
    """

    def __init__(self, sentences: Sequence[TaggedSentence]) -> None:
        self._hidden: Dict[str, TaggedSentence] = {s.id: s.without_labels() for s in sentences}
        self._labelled: Dict[str, TaggedSentence] = {}
        if len(self._hidden) != len(sentences):
            raise ConfigurationError("two sentences of the pool have the same id")

    @property
    def sentences(self) -> List[TaggedSentence]:
        """All sentences, without labels, in their fixed order."""
        return list(self._hidden.values())

    @property
    def labelled(self) -> List[TaggedSentence]:
        """The labelled sentences with their tags, in the order in which they were labelled."""
        return list(self._labelled.values())

    @property
    def unlabelled(self) -> List[TaggedSentence]:
        """The other sentences, without labels, in their fixed order."""
        return [sentence for name, sentence in self._hidden.items() if name not in self._labelled]

    def label(self, annotated: Sequence[TaggedSentence]) -> None:
        """
        Moves sentences from the unlabelled to the labelled ones.

        # Raises

        `ValueError`
            For a sentence that is not in the pool, is labelled already, or has no tags.
        """
        for sentence in annotated:
            if sentence.id not in self._hidden or sentence.id in self._labelled or sentence.tags is None:
                raise ValueError(f"sentence {sentence.id!r} is not in the pool, is labelled already or has no tags")
            self._labelled[sentence.id] = sentence

    def counts(self) -> Dict[str, int]:
        """How many sentences, tokens and entities are labelled."""
        labelled = self._labelled.values()
        return {
            "sentences": len(labelled),
            "tokens": sum(len(sentence) for sentence in labelled),
            "entities": sum(len(tags_to_spans(sentence.tags or ())[0]) for sentence in labelled),
        }
