"""Sentences encoded as the input of a model."""

from dataclasses import dataclass, replace
from typing import Dict, Iterable, Optional

import numpy as np
import torch
from allennlp.common.util import lazy_groups_of
from allennlp.data import TextFieldTensors

from seqmix_plugin.data.word_piece_indexer import WordPieceIndexer
from seqmix_plugin.sentence import TaggedSentence

CHUNK = 4096
"""Number of sentences that are encoded together, so that the words of a large pool are never all in memory."""


@dataclass(frozen=True)
class EncodedSentences:
    """
    The words of a pool, which is encoded once and scored in every round: four bytes a word, and no work for each word
    when a batch is made. The batches are the same as those of the sentences' instances.

    # Parameters

    indexer : `WordPieceIndexer`
        Has the pieces of the words.
    words : `np.ndarray`
        The numbers of all words in the indexer's table, sentence after sentence. Shape: `(num_words,)`
    starts : `np.ndarray`
        The position of each sentence's first word among them. Shape: `(num_sentences,)`
    num_words : `np.ndarray`
        The number of words of each sentence. Shape: `(num_sentences,)`
    lengths : `np.ndarray`
        The number of pieces of each sentence, special ones included. Shape: `(num_sentences,)`
    name : `str`
        The name of the indexer in the reader.
    """

    indexer: WordPieceIndexer
    words: np.ndarray
    starts: np.ndarray
    num_words: np.ndarray
    lengths: np.ndarray
    name: str

    @classmethod
    def of(
        cls,
        sentences: Iterable[TaggedSentence],
        indexer: WordPieceIndexer,
        max_length: Optional[int] = None,
        name: str = "tokens",
    ) -> "EncodedSentences":
        """
        Encodes sentences.

        # Parameters

        sentences : `Iterable[TaggedSentence]`
            Iterated over once.
        indexer : `WordPieceIndexer`
            The reader's.
        max_length : `int`, optional (default = `None`)
            The longest input in pieces, special ones included; whole words beyond it are cut.
        name : `str`, optional (default = `"tokens"`)
            The name of the indexer in the reader.
        """
        parts = [[np.empty(0, np.int32)] * 3]
        for chunk in lazy_groups_of(sentences, CHUNK):
            words, sizes = indexer.encode([word for sentence in chunk for word in sentence.tokens])
            counts = np.array([len(sentence) for sentence in chunk])
            if max_length is not None:
                kept = words_within(sizes, counts, max_length - indexer.num_special_pieces)
                words, sizes, counts = words[kept], sizes[kept], sums(kept, counts)
            lengths = sums(sizes, counts) + indexer.num_special_pieces
            parts.append([words, counts.astype(np.int32), lengths.astype(np.int32)])
        words, num_words, lengths = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return cls(indexer, words, _before(num_words), num_words, lengths, name)

    def __len__(self) -> int:
        return len(self.starts)

    def at(self, positions: np.ndarray) -> "EncodedSentences":
        """The sentences at these positions, in their order; the words are shared."""
        starts, num_words, lengths = (array[positions] for array in (self.starts, self.num_words, self.lengths))
        return replace(self, starts=starts, num_words=num_words, lengths=lengths)

    def of_words(self, values: np.ndarray) -> np.ndarray:
        """The values of the words of these sentences, one after the other, of values for all `words`."""
        return values[_ranges(self.starts, self.num_words.astype(np.int64))]

    def joined(self, others: "EncodedSentences") -> "EncodedSentences":
        """These sentences and then others, of the same indexer; the words are copied."""
        parts = (self, others)
        words = np.concatenate([part.of_words(part.words) for part in parts])
        num_words, lengths = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("num_words", "lengths")
        )
        return replace(self, words=words, starts=_before(num_words), num_words=num_words, lengths=lengths)

    def batch(self, positions: np.ndarray) -> Dict[str, TextFieldTensors]:
        """
        A padded batch.

        # Parameters

        positions : `np.ndarray`
            The sentences. Shape: `(batch_size,)`

        # Returns

        `Dict[str, TextFieldTensors]`
            The field `tokens`: `token_ids` and `wordpiece_mask` of shape `(batch_size, num_pieces)`, `mask` of shape
            `(batch_size, num_tokens)` and `offsets` of shape `(batch_size, num_tokens, 2)`, as from `WordPieceIndexer`.
        """
        table = self.indexer.table()
        begin, end = self.indexer.start_pieces, self.indexer.end_pieces
        num_words, lengths = (array[positions].astype(np.int64) for array in (self.num_words, self.lengths))
        num_pieces = lengths - self.indexer.num_special_pieces
        words = self.words[_ranges(self.starts[positions], num_words)]
        sizes = table.sizes[words].astype(np.int64)

        columns = np.arange(int(lengths.max(initial=0)))
        mask = np.arange(int(num_words.max(initial=0))) < num_words[:, None]  # Shape: (batch_size, num_tokens)
        of_words = (columns >= len(begin)) & (columns < len(begin) + num_pieces[:, None])
        token_ids = np.full(of_words.shape, self.indexer.padding, dtype=np.int64)  # Shape: (batch_size, num_pieces)
        token_ids[:, : len(begin)] = begin
        token_ids[of_words] = table.pieces[_ranges(table.starts[words], sizes)]
        for position, piece in enumerate(end, len(begin)):
            token_ids[np.arange(len(positions)), num_pieces + position] = piece
        # The first and the last piece of each word, counted from the beginning of its sentence.
        first = _before(sizes) - np.repeat(_before(num_pieces), num_words) + len(begin)
        offsets = np.zeros((*mask.shape, 2), dtype=np.int64)  # Shape: (batch_size, num_tokens, 2)
        offsets[mask] = np.stack((first, first + sizes - 1), axis=-1)
        tensors = {
            "token_ids": torch.from_numpy(token_ids),
            "mask": torch.from_numpy(mask),
            "offsets": torch.from_numpy(offsets),
            "wordpiece_mask": torch.from_numpy(columns < lengths[:, None]),
        }
        return {"tokens": {self.name: tensors}}


def _before(counts: np.ndarray) -> np.ndarray:
    """The sum of all counts before each."""
    return np.cumsum(counts, dtype=np.int64) - counts


def _ranges(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """`start`, `start + 1`, … for each start, as many as its count, one after the other."""
    return np.arange(counts.sum()) + np.repeat(starts - _before(counts), counts)


def sums(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The sums of consecutive groups of values; `counts` are the sizes of the groups."""
    totals = np.concatenate(([0], np.cumsum(values, dtype=np.int64)))
    return np.diff(totals[np.cumsum(counts, dtype=np.int64)], prepend=0)


def words_within(sizes: np.ndarray, counts: np.ndarray, room: int) -> np.ndarray:
    """Which words end within the first `room` pieces of their sentence, of which each has `counts` words."""
    before = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
    return before[1:] - np.repeat(before[_before(counts)], counts) <= room
