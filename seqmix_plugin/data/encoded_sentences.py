"""Many sentences as the numbers that a model is given."""

from typing import Dict, Iterable, List, Optional

import numpy as np
import torch
from allennlp.data import TextFieldTensors

from seqmix_plugin.data.word_piece_indexer import WordPieceIndexer
from seqmix_plugin.sentence import TaggedSentence

CHUNK = 4096
"""Sentences that are encoded together, so that the words of a large pool are never all in memory."""


class EncodedSentences:
    """
    The words of a pool, encoded once and asked for in every round: four bytes a word, and no work a word when a batch
    is made. The batches hold what instances of the same sentences would give.

    # Parameters

    indexer : `WordPieceIndexer`
        Knows the pieces of the words.
    words : `np.ndarray`
        The numbers of all words in the indexer's table, sentence after sentence. Shape: `(num_words,)`
    starts : `np.ndarray`
        Where each sentence begins among them. Shape: `(num_sentences,)`
    num_words : `np.ndarray`
        How many of them it has. Shape: `(num_sentences,)`
    lengths : `np.ndarray`
        Its pieces, special ones counted. Shape: `(num_sentences,)`
    name : `str`, optional (default = `"tokens"`)
        The indexer's among those of the reader.
    """

    def __init__(
        self,
        indexer: WordPieceIndexer,
        words: np.ndarray,
        starts: np.ndarray,
        num_words: np.ndarray,
        lengths: np.ndarray,
        name: str = "tokens",
    ) -> None:
        self.lengths = lengths
        self._name = name
        self._indexer = indexer
        self._words = words
        self._starts = starts
        self._num_words = num_words

    @classmethod
    def of(
        cls,
        sentences: Iterable[TaggedSentence],
        indexer: WordPieceIndexer,
        max_length: Optional[int] = None,
        name: str = "tokens",
    ) -> "EncodedSentences":
        """
        # Parameters

        sentences : `Iterable[TaggedSentence]`
            Gone over once.
        indexer : `WordPieceIndexer`
            The reader's.
        max_length : `int`, optional (default = `None`)
            The longest input in pieces, special ones counted; whole words are cut beyond.
        name : `str`, optional (default = `"tokens"`)
            The indexer's among those of the reader.
        """
        words: List[np.ndarray] = []
        counts: List[np.ndarray] = []
        lengths: List[np.ndarray] = []
        chunk: List[TaggedSentence] = []
        room = None if max_length is None else max_length - indexer.num_special_pieces

        def encode() -> None:
            numbers, sizes = indexer.encode([word for sentence in chunk for word in sentence.tokens])
            count = np.array([len(sentence) for sentence in chunk], dtype=np.int32)
            if room is not None:
                kept = _within(sizes, count, room)
                numbers, sizes, count = numbers[kept], sizes[kept], _sums(kept, count)
            words.append(numbers)
            counts.append(count.astype(np.int32))
            lengths.append((_sums(sizes, count) + indexer.num_special_pieces).astype(np.int32))
            chunk.clear()

        for sentence in sentences:
            chunk.append(sentence)
            if len(chunk) == CHUNK:
                encode()
        encode()
        num_words = np.concatenate(counts)
        return cls(indexer, np.concatenate(words), _before(num_words), num_words, np.concatenate(lengths), name)

    def __len__(self) -> int:
        return len(self._starts)

    def at(self, positions: np.ndarray) -> "EncodedSentences":
        """The sentences at these positions, in their order; the words are shared."""
        starts, num_words, lengths = (array[positions] for array in (self._starts, self._num_words, self.lengths))
        return EncodedSentences(self._indexer, self._words, starts, num_words, lengths, self._name)

    def batch(self, positions: np.ndarray) -> Dict[str, TextFieldTensors]:
        """
        A padded batch.

        # Parameters

        positions : `np.ndarray`
            The sentences. Shape: `(batch_size,)`

        # Returns

        `Dict[str, TextFieldTensors]`
            The field `tokens`: `token_ids` and `wordpiece_mask` of shape `(batch_size, num_pieces)`, `mask` of shape
            `(batch_size, num_tokens)` and `offsets` of shape `(batch_size, num_tokens, 2)`, as `WordPieceIndexer` gives
            them.
        """
        indexer = self._indexer
        num_words = self._num_words[positions].astype(np.int64)
        words = self._words[_ranges(self._starts[positions], num_words)]
        sizes = indexer.sizes()[words].astype(np.int64)
        pieces = indexer.flat_pieces()[_ranges(indexer.starts()[words], sizes)]
        begin, end = indexer.start_pieces, indexer.end_pieces
        lengths = self.lengths[positions].astype(np.int64)
        num_pieces = lengths - indexer.num_special_pieces

        batch, longest, most = len(positions), int(lengths.max(initial=0)), int(num_words.max(initial=0))
        rows = np.arange(batch)
        token_ids = np.full((batch, longest), indexer.padding, dtype=np.int64)
        token_ids[:, : len(begin)] = begin
        token_ids[np.repeat(rows, num_pieces), len(begin) + _ranges(np.zeros_like(num_pieces), num_pieces)] = pieces
        for position, piece in enumerate(end):
            token_ids[rows, len(begin) + num_pieces + position] = piece
        # The first and the last piece of each word, counted from the beginning of its sentence.
        first = _before(sizes) - np.repeat(_before(num_pieces), num_words) + len(begin)
        offsets = np.zeros((batch, most, 2), dtype=np.int64)
        offsets[np.repeat(rows, num_words), _ranges(np.zeros_like(num_words), num_words)] = np.stack(
            (first, first + sizes - 1), axis=-1
        )
        tensors = {
            "token_ids": torch.from_numpy(token_ids),
            "mask": torch.from_numpy(np.arange(most) < num_words[:, None]),
            "offsets": torch.from_numpy(offsets),
            "wordpiece_mask": torch.from_numpy(np.arange(longest) < lengths[:, None]),
        }
        return {"tokens": {self._name: tensors}}


def _before(counts: np.ndarray) -> np.ndarray:
    """The sum of all counts before each."""
    return np.cumsum(counts, dtype=np.int64) - counts


def _ranges(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """`start`, `start + 1`, … for each start, as many as its count, one after the other."""
    return np.arange(counts.sum()) + np.repeat(starts - _before(counts), counts)


def _sums(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The sums of consecutive groups of values, of which a group has `count`."""
    ends = np.concatenate(([0], np.cumsum(values, dtype=np.int64)))
    until = np.cumsum(counts, dtype=np.int64)
    return ends[until] - ends[until - counts]


def _within(sizes: np.ndarray, counts: np.ndarray, room: int) -> np.ndarray:
    """Which words end within the room of their sentence."""
    ends = np.cumsum(sizes, dtype=np.int64)
    before = np.concatenate(([0], ends))[_before(counts)]
    return ends - np.repeat(before, counts) <= room
