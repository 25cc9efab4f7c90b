"""The abstract embedding table."""

from abc import abstractmethod
from collections import Counter
from dataclasses import dataclass
from typing import Callable, Dict, Iterable, List, NamedTuple, Sequence, Tuple

import torch
from allennlp.common import Registrable

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.data import WordPieceIndexer
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.parameter_checks import one_of
from seqmix_plugin.sentence import TaggedSentence

SMALLEST_TABLE = 3
"""The two parents' words are never chosen, so that there must be a third word."""

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
        Distance by which the nearest word is chosen, `"l2"` or `"cosine"`.
    """

    words: List[str]
    vectors: torch.Tensor
    index: Dict[Pieces, int]
    pieces: Callable[[Sequence[str]], List[Pieces]]
    embed: Callable[[Sequence[SubSequence]], torch.Tensor]
    distance: str

    def rows(self, words: Sequence[str]) -> torch.Tensor:
        """The row of each word, or -1 for a word that is not in the table. Shape: `(num_words,)`"""
        return torch.tensor([self.index.get(key, -1) for key in self.pieces(words)], device=self.vectors.device)


class EmbeddingTable(Registrable):
    """
    Builds {W, E} from the current model.

    # Parameters

    distance : `str`, optional (default = `"l2"`)
        Distance by which the nearest word is chosen: `"l2"`, as in the paper, or `"cosine"`.

    # Raises

    `ConfigurationError`
        When `distance` is neither.
    """

    default_implementation = "vocabulary"

    def __init__(self, distance: str = "l2") -> None:
        self.distance = one_of("embedding_table.distance", distance, ("l2", "cosine"))

    def check(self, model: SequenceTagger) -> None:
        """Raises a `ConfigurationError` when this model cannot be used; called before any work is done."""
        if model.encoder is None:
            raise ConfigurationError("embedding_table needs a model with a pretrained transformer in its embedder")

    def check_text(self, context: AugmentationContext) -> None:
        """Raises a `ConfigurationError` when there are too few words; called before any work is done."""

    @abstractmethod
    def build(self, context: AugmentationContext, parents: Sequence[TaggedSentence]) -> WordTable:
        """
        Builds the table of one round.

        # Parameters

        context : `AugmentationContext`
            The current model and the text whose words may be used.
        parents : `Sequence[TaggedSentence]`
            The sentences whose windows will be mixed.

        # Raises

        `ConfigurationError`
            When there are too few words to choose from.
        """

    def spellings(self, words: Iterable[str], word_pieces: WordPieceIndexer, single: bool = False) -> Dict[Pieces, str]:
        """
        Chooses one word for each sequence of pieces: its most frequent spelling, or the first in alphabetical order
        among equally frequent ones. Words with a special or unknown piece are left out.

        # Parameters

        words : `Iterable[str]`
            The words of a text, each as often as it occurs.
        word_pieces : `WordPieceIndexer`
            Token indexer that splits words into pieces.
        single : `bool`, optional (default = `False`)
            Whether words of several pieces are left out too.

        # Returns

        `Dict[Pieces, str]`
            The words W by their pieces, in the order of the pieces.

        # Raises

        `ConfigurationError`
            When there are too few words to choose from.
        """
        counts, special = Counter(words), set(word_pieces.tokenizer.all_special_ids)
        ordered = sorted(counts, key=lambda word: (-counts[word], word))
        spelling: Dict[Pieces, str] = {}
        for word, pieces in zip(ordered, word_pieces.pieces(ordered), strict=True):
            if special.isdisjoint(pieces) and (len(pieces) == 1 or not single):
                spelling.setdefault(pieces, word)
        if len(spelling) < SMALLEST_TABLE:
            which = "are one piece for the tokenizer" if single else "stand in the text that may be read"
            raise ConfigurationError(
                f"embedding_table: only {len(spelling)} words {which}; at least {SMALLEST_TABLE} are needed"
            )
        return {pieces: spelling[pieces] for pieces in sorted(spelling)}
