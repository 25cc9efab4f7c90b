"""The words and embeddings of one round."""

from dataclasses import dataclass
from functools import cached_property
from typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

import torch

from seqmix_plugin.functional import (
    Mixtures,
    Restriction,
    mean_neighbour_similarity,
    mix_vectors,
    nearest,
    nearest_mixed,
    word_shape,
)
from seqmix_plugin.sentence import TagDistribution, TaggedSentence

RESTRICTIONS = ("shape", "tags")

Pieces = Tuple[int, ...]


class SubSequence(NamedTuple):
    """The words from `start` to `end` (exclusive) of a sentence."""

    sentence: TaggedSentence
    start: int
    end: int

    @property
    def words(self) -> Tuple[str, ...]:
        """The words without their context."""
        return self.sentence.tokens[self.start : self.end]

    @property
    def labels(self) -> List[TagDistribution]:
        """The tag distribution of each word."""
        return (self.sentence.distributions() or [])[self.start : self.end]


@dataclass(frozen=True)
class WordTable:
    """
    The words and embeddings {W, E} of one round.

    # Parameters

    words : `List[str]`
        The words W.
    vectors : `torch.Tensor`
        The embeddings E of the words. Shape: `(num_words, dimension)`
    index : `Dict[Pieces, int]`
        Row of each word by its normalised pieces.
    pieces : `Callable[[Sequence[str]], List[Pieces]]`
        Gives the normalised pieces of words.
    embed : `Callable[[Sequence[SubSequence]], torch.Tensor]`
        Gives the vectors of all words of the parents' windows, one after the other, whether in the table or not. Shape
        of its result: `(num_window_words, dimension)`
    distance : `str`
        Distance by which the nearest word is chosen, `"l2"`, `"cosine"` or `"csls"`.
    embed_words : `Callable[[Sequence[str]], torch.Tensor]`, optional (default = `None`)
        Gives the vectors of words, where those do not depend on their sentences. Shape of its result:
        `(num_words, dimension)`
    restore_norm : `bool`, optional (default = `False`)
        Whether mixed vectors get the mean length of their parents'.
    restrict : `Tuple[str, ...]`, optional (default = `()`)
        What a generated word must share with its parents, `"shape"` and `"tags"`.
    tagged : `Sequence[TaggedSentence]`, optional (default = `()`)
        The labelled sentences in which the tags of words are seen.
    """

    words: List[str]
    vectors: torch.Tensor
    index: Dict[Pieces, int]
    pieces: Callable[[Sequence[str]], List[Pieces]]
    embed: Callable[[Sequence[SubSequence]], torch.Tensor]
    distance: str
    embed_words: Optional[Callable[[Sequence[str]], torch.Tensor]] = None
    restore_norm: bool = False
    restrict: Tuple[str, ...] = ()
    tagged: Sequence[TaggedSentence] = ()

    def rows(self, words: Sequence[str]) -> torch.Tensor:
        """The row of each word, or -1 for a word that is not in the table. Shape: `(num_words,)`"""
        return torch.tensor([self.index.get(key, -1) for key in self.pieces(words)], device=self.vectors.device)

    def nearest(
        self,
        first: Sequence[SubSequence],
        second: Sequence[SubSequence],
        weights: Sequence[float],
        restrictions: Sequence[Restriction],
    ) -> torch.Tensor:
        """
        The row of the word nearest to each mixed vector, which is not that of one of its parents.

        # Parameters

        first, second : `Sequence[SubSequence]`
            Windows of the parents, of equal lengths.
        weights : `Sequence[float]`
            Mixing coefficient λ of each word of the windows. Shape: `(num_words,)`
        restrictions : `Sequence[Restriction]`
            What is wanted of each row, as of `restrictions`.

        # Returns

        `torch.LongTensor`
            Shape: `(num_words,)`
        """
        lam = self.vectors.new_tensor(weights)
        one, other = ([word for window in side for word in window.words] for side in (first, second))
        if self.embed_words is not None:  # a word that occurs often is compared with the table once
            numbers = {word: number for number, word in enumerate(dict.fromkeys(one + other))}
            words = list(numbers)
            parents = torch.tensor([[numbers[word] for word in side] for side in (one, other)], device=lam.device).T
            mixtures = Mixtures(self.embed_words(words), self.rows(words), parents, lam, self.restore_norm)
            return nearest_mixed(mixtures, self.vectors, self.distance, self._density, restrictions)
        mixed = mix_vectors(self.embed(first), self.embed(second), lam, self.restore_norm)
        excluded = torch.stack((self.rows(one), self.rows(other)), dim=-1)  # Shape: (num_words, 2)
        return nearest(mixed, self.vectors, excluded, self.distance, density=self._density, restrictions=restrictions)

    def restrictions(self, words: Sequence[str], tags: Sequence[Iterable[str]]) -> List[Restriction]:
        """
        What the words that are generated in some places must have.

        # Parameters

        words : `Sequence[str]`
            The word of the dominant parent, whose shape is wanted in each place. Shape: `(num_words,)`
        tags : `Sequence[Iterable[str]]`
            The tags of both parents, one of which is wanted in each place. Shape: `(num_words,)`
        """
        result = []
        for kind in self.restrict:
            names, had = self._shapes if kind == "shape" else self._tags
            wanted = [(word_shape(word),) for word in words] if kind == "shape" else tags
            places = [(row, names[name]) for row, some in enumerate(wanted) for name in some if name in names]
            result.append((_ones(len(words), len(names), places, had.device), had))
        return result

    @cached_property
    def _density(self) -> Optional[torch.Tensor]:
        return mean_neighbour_similarity(self.vectors) if self.distance == "csls" else None

    @cached_property
    def _shapes(self) -> Tuple[Dict[str, int], torch.Tensor]:
        """The shapes of words, and which word has which. Shape: `(num_words, num_shapes)`"""
        shapes = [word_shape(word) for word in self.words]
        names = {shape: number for number, shape in enumerate(sorted(set(shapes)))}
        places = [(row, names[shape]) for row, shape in enumerate(shapes)]
        return names, _ones(len(shapes), len(names), places, self.vectors.device)

    @cached_property
    def _tags(self) -> Tuple[Dict[str, int], torch.Tensor]:
        """The tags in the labelled sentences, and which word was seen with which. Shape: `(num_words, num_tags)`"""
        labels = [label for sentence in self.tagged for label in sentence.distributions() or ()]
        rows = self.rows([word for sentence in self.tagged for word in sentence.tokens]).tolist()
        names = {tag: number for number, tag in enumerate(sorted({tag for label in labels for tag in label}))}
        places = [(row, names[tag]) for row, label in zip(rows, labels, strict=True) for tag in label if row >= 0]
        return names, _ones(len(self.words), len(names), places, self.vectors.device)


def _ones(num_rows: int, num_columns: int, places: Sequence[Tuple[int, int]], device: torch.device) -> torch.Tensor:
    """A matrix of zeros with ones in some places. Shape: `(num_rows, num_columns)`"""
    result = torch.zeros(num_rows, num_columns)
    if places:
        rows, columns = torch.tensor(places).unbind(-1)
        result[rows, columns] = 1
    return result.to(device)
