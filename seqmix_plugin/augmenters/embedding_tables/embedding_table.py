"""The abstract embedding table."""

from abc import abstractmethod
from collections import Counter
from typing import Dict, Iterable, List, Optional, Sequence

from allennlp.common import Registrable

from seqmix_plugin.augmenters.context import AugmentationContext
from seqmix_plugin.augmenters.embedding_tables.word_table import RESTRICTIONS, Pieces, WordTable
from seqmix_plugin.data import WordPieceIndexer
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.functional import DISTANCES
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.parameter_checks import one_of
from seqmix_plugin.sentence import TaggedSentence

SMALLEST_TABLE = 3
"""The two parents' words are never chosen, so that there must be a third word."""


class EmbeddingTable(Registrable):
    """
    Builds {W, E} from the current model.

    # Parameters

    distance : `str`, optional (default = `"l2"`)
        Distance by which the nearest word is chosen: `"l2"`, as in the paper, `"cosine"` or `"csls"`.
    restore_norm : `bool`, optional (default = `False`)
        Whether a mixed vector gets the mean length of its parents' before the nearest word is looked up.
    restrict : `List[str]`, optional (default = `None`)
        What a generated word must share with its parents: `"shape"`, `"tags"` or both; by default nothing.

    # Raises

    `ConfigurationError`
        When `distance` or a part of `restrict` is none of these.
    """

    default_implementation = "vocabulary"

    def __init__(self, distance: str = "l2", restore_norm: bool = False, restrict: Optional[List[str]] = None) -> None:
        self.distance = one_of("embedding_table.distance", distance, DISTANCES)
        self.restore_norm = restore_norm
        self.restrict = tuple(one_of("embedding_table.restrict", kind, RESTRICTIONS) for kind in restrict or ())

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
