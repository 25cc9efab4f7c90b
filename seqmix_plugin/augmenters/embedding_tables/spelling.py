"""The words of a text by their normalised pieces."""

from collections import Counter
from typing import Dict, Iterable, Mapping

from seqmix_plugin.augmenters.embedding_tables.embedding_table import Pieces
from seqmix_plugin.data import WordPieceIndexer
from seqmix_plugin.sentence import TaggedSentence


def attested(sentences: Iterable[TaggedSentence]) -> Mapping[str, int]:
    """How often each word stands in a text."""
    return Counter(word for sentence in sentences for word in sentence.tokens)


def spellings(counts: Mapping[str, int], word_pieces: WordPieceIndexer) -> Dict[Pieces, str]:
    """
    One word for each sequence of pieces, its most frequent spelling (equal counts in the order of the alphabet). Words
    that hold a special or unknown piece are left out.

    # Parameters

    counts : `Mapping[str, int]`
        Words and their counts.
    word_pieces : `WordPieceIndexer`
        The tokenizer.

    # Returns

    `Dict[Pieces, str]`
        In the order of the pieces.
    """
    special = set(word_pieces.tokenizer.all_special_ids)
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    spelling: Dict[Pieces, str] = {}
    for word, pieces in zip(ordered, word_pieces.pieces(ordered), strict=True):
        if special.isdisjoint(pieces):
            spelling.setdefault(pieces, word)
    return {pieces: spelling[pieces] for pieces in sorted(spelling)}
