"""The abstract embedding table."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Callable, Dict, List, NamedTuple, Sequence, Tuple

import torch
from allennlp.common import Registrable
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.augmenters.workbench import Workbench
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.sentence import TaggedSentence

SMALLEST_TABLE = 3
"""Two parents are never chosen, so a third word must be there."""

Pieces = Tuple[int, ...]


class Stretch(NamedTuple):
    """Words `start` to `end` (exclusive) of a sentence, in their context."""

    sentence: TaggedSentence
    start: int
    end: int

    @property
    def words(self) -> Tuple[str, ...]:
        """These words alone."""
        return self.sentence.tokens[self.start : self.end]


@dataclass(frozen=True)
class WordTable:
    """
    {W, E} of one round.

    # Parameters

    words : `List[str]`
        W.
    vectors : `torch.Tensor`
        E. Shape: `(num_words, dimension)`
    index : `Dict[Pieces, int]`
        The row of each word by its normalised pieces.
    pieces : `Callable[[Sequence[str]], List[Pieces]]`
        The normalised pieces of words.
    embed : `Callable[[Sequence[Stretch]], torch.Tensor]`
        The vector of each word of the parents' windows, one after the other, in the table or not. Shape of its result:
        `(num_words_of_all, dimension)`
    distance : `str`
        `"l2"` or `"cosine"`.
    """

    words: List[str]
    vectors: torch.Tensor
    index: Dict[Pieces, int]
    pieces: Callable[[Sequence[str]], List[Pieces]]
    embed: Callable[[Sequence[Stretch]], torch.Tensor]
    distance: str

    def rows(self, words: Sequence[str]) -> torch.Tensor:
        """The row of each word, −1 for one that is not in the table. Shape: `(num_words,)`"""
        return torch.tensor([self.index.get(key, -1) for key in self.pieces(words)], device=self.vectors.device)


class EmbeddingTable(Registrable):
    """
    Builds {W, E} from the current model.

    # Parameters

    distance : `str`, optional (default = `"l2"`)
        `"l2"`, the paper's, or `"cosine"`.

    # Raises

    `ConfigurationError`
        When `distance` is none of these.
    """

    default_implementation = "vocabulary"

    def __init__(self, distance: str = "l2") -> None:
        if distance not in ("l2", "cosine"):
            raise ConfigurationError(f"embedding_table.distance is {distance!r}; expected 'l2' or 'cosine'")
        self.distance = distance

    def check(self, model: SequenceTagger) -> None:
        """
        Called before any work is done.

        # Raises

        `ConfigurationError`
            When the table cannot be built of this model.
        """
        if model.encoder is None:
            raise ConfigurationError("embedding_table needs a model with a pretrained transformer in its embedder")

    def check_text(self, workbench: Workbench) -> None:
        """Called before any work is done, too; raises a `ConfigurationError` when there are too few words."""

    @abstractmethod
    def build(self, workbench: Workbench, parents: Sequence[TaggedSentence]) -> WordTable:
        """
        The table of this round.

        # Parameters

        workbench : `Workbench`
            The current model and the text that may be read.
        parents : `Sequence[TaggedSentence]`
            The sentences whose windows will be mixed.

        # Raises

        `ConfigurationError`
            When there are too few words to choose from.
        """


def check_size(num_words: int, reason: str) -> None:
    """Raises a `ConfigurationError` when there are too few words; `reason` says what counts as one."""
    if num_words < SMALLEST_TABLE:
        raise ConfigurationError(
            f"embedding_table: only {num_words} words {reason}; at least {SMALLEST_TABLE} are needed"
        )
