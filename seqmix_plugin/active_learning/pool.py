"""The labelled and the unlabelled part of one fixed sequence of sentences."""

from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np
from allennlp.common import FromParams

from seqmix_plugin.data import SentenceView, ids_and_lengths
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.sentence import SentenceSource, TaggedSentence
from seqmix_plugin.tag_schemes import tags_to_spans


class PoolSettings(FromParams):
    """
    The sentences of the training file that a run works with.

    # Parameters

    size : `int`, optional (default = `None`)
        How many sentences of the training file to work with, drawn at random; `None` for all.
    data_seed : `int`, optional (default = `0`)
        The seed with which they are drawn. They are the same for all values of the run's `seed`.
    """

    def __init__(self, size: Optional[int] = None, data_seed: int = 0) -> None:
        self.size = size
        self.data_seed = data_seed


def draw_slice(
    corpus: SentenceSource, size: Optional[int], rng: np.random.Generator
) -> Tuple[SentenceSource, SentenceSource]:
    """
    Draws the sentences that a run works with, as the paper takes 700 of CoNLL-2003's: so many of the training file, or
    all with `None`. Returns the slice and the rest, both in the file's order; neither holds a sentence of its own. A
    `ConfigurationError` when the file has fewer sentences, or `size` is not positive.
    """
    if size is None:
        return corpus, []
    if not 1 <= size <= len(corpus):
        raise ConfigurationError(
            f"trainer.pool.size is {size}; the training file has {len(corpus)} sentences, expected 1 to as many"
        )
    inside = np.zeros(len(corpus), dtype=bool)
    inside[rng.choice(len(corpus), size, replace=False)] = True
    return SentenceView(corpus, np.flatnonzero(inside)), SentenceView(corpus, np.flatnonzero(~inside))


class Pool:
    """
    Which sentences are labelled. Labelled, unlabelled and rejected sentences are disjoint and together all, always; the
    labelled ones of `seed_set` come from elsewhere. Of those that are not labelled it holds ids, lengths and positions.
    """

    def __init__(self, sentences: SentenceSource, seed_set: Sequence[TaggedSentence] = ()) -> None:
        self._source = sentences
        ids, self._lengths = ids_and_lengths(sentences)
        self._positions: Dict[str, int] = {name: position for position, name in enumerate(ids)}
        self.sentences = SentenceView(sentences, np.arange(len(sentences)), hide_labels=True)
        """All of them, without labels, in their fixed order."""
        self._is_gone = np.zeros(len(sentences), dtype=bool)
        self._labelled: Dict[str, TaggedSentence] = {sentence.id: sentence for sentence in seed_set}
        if len(self._positions) != len(sentences) or len(self._labelled) != len(seed_set):
            raise ConfigurationError("two sentences of the pool have the same id")
        both = next((name for name in self._labelled if name in self._positions), None)
        if both is not None:
            raise ConfigurationError(
                f"seed_data_path: sentence {both.removeprefix('seed-')!r} is {both!r} in the run, and so is one of the "
                f"training file; give one of them another id"
            )

    @property
    def labelled(self) -> List[TaggedSentence]:
        """The labelled sentences with their tags, in the order in which they were labelled."""
        return list(self._labelled.values())

    @property
    def unlabelled(self) -> SentenceView:
        """The other sentences as they are now, without labels, in their fixed order."""
        return SentenceView(self._source, np.flatnonzero(~self._is_gone), hide_labels=True)

    def lengths(self, view: SentenceView) -> np.ndarray:
        """The words of each of some sentences of the pool, which are not read. Shape: `(num_sentences,)`"""
        places = np.searchsorted(self.sentences.positions, view.positions)  # in the order of the file
        return self._lengths[places]

    def without(self, names: Sequence[str]) -> SentenceView:
        """All sentences but those with these ids, without labels."""
        kept = np.ones(len(self._is_gone), dtype=bool)
        kept[[self._positions[name] for name in names]] = False
        return SentenceView(self._source, np.flatnonzero(kept), hide_labels=True)

    def named(self, names: Sequence[str]) -> SentenceView:
        """The sentences with these ids, without labels; a `ValueError` for an id that is not in the pool."""
        unknown = next((name for name in names if name not in self._positions), None)
        if unknown is not None:
            raise ValueError(f"sentence {unknown!r} is not in the pool")
        return SentenceView(self._source, np.array([self._positions[name] for name in names], int), hide_labels=True)

    def label(self, annotated: Sequence[TaggedSentence]) -> None:
        """
        Moves sentences from the unlabelled to the labelled ones; a `ValueError` for one that is not in the pool, is
        labelled or rejected already, or has no tags.
        """
        for sentence in annotated:
            if not self._is_left(sentence.id) or sentence.tags is None:
                raise ValueError(f"sentence {sentence.id!r} is not in the pool, is labelled already or has no tags")
            self._labelled[sentence.id] = sentence
            self._is_gone[self._positions[sentence.id]] = True

    def reject(self, names: Sequence[str]) -> None:
        """Removes rejected sentences from the unlabelled ones; a `ValueError` for one that is not among them."""
        for name in names:
            if not self._is_left(name):
                raise ValueError(f"sentence {name!r} is not in the pool, or is labelled or rejected already")
            self._is_gone[self._positions[name]] = True

    def _is_left(self, name: str) -> bool:
        return name in self._positions and not self._is_gone[self._positions[name]]

    def labelled_of(self, names: Sequence[str]) -> List[TaggedSentence]:
        """Those of the sentences with these ids that are labelled, in this order."""
        return [self._labelled[name] for name in names if name in self._labelled]

    def counts(self) -> Dict[str, int]:
        """How many sentences, tokens and entities are labelled."""
        labelled = self._labelled.values()
        return {
            "sentences": len(labelled),
            "tokens": sum(len(sentence) for sentence in labelled),
            "entities": sum(len(tags_to_spans(sentence.tags or ())[0]) for sentence in labelled),
        }
