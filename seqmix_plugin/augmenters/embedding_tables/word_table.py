"""The words and embeddings of one round."""

from dataclasses import dataclass
from functools import cached_property
from typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

import torch

from seqmix_plugin.functional import Restriction, mean_neighbour_similarity, nearest, word_shape
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
    restore_norm: bool = False
    restrict: Tuple[str, ...] = ()
    tagged: Sequence[TaggedSentence] = ()

    def rows(self, words: Sequence[str]) -> torch.Tensor:
        """The row of each word, or -1 for a word that is not in the table. Shape: `(num_words,)`"""
        return torch.tensor([self.index.get(key, -1) for key in self.pieces(words)], device=self.vectors.device)

    def nearest(
        self, vectors: torch.Tensor, excluded: torch.Tensor, restrictions: Sequence[Restriction]
    ) -> torch.Tensor:
        """
        The row of the word nearest to each mixed vector; the parameters are those of the function in `functional`.
        Shape: `(num_vectors,)`
        """
        return nearest(vectors, self.vectors, excluded, self.distance, density=self._density, restrictions=restrictions)

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
