"""Sentences in a memory-mapped Arrow file."""

import json
import sys
from bisect import bisect_right
from itertools import accumulate, islice, starmap
from pathlib import Path
from typing import Any, Iterable, Iterator, List, Optional, Sequence, Set, Tuple

import numpy as np
import pyarrow as pa
from allennlp.common.util import lazy_groups_of

from seqmix_plugin.data.sentence_block import Coded, SentenceBlock
from seqmix_plugin.distributed import rank
from seqmix_plugin.io.atomic import replacement
from seqmix_plugin.sentence import TaggedSentence

BATCH_ROWS = 4096
"""Number of sentences that are written, and decoded while iterating, together."""
REPEATED = pa.list_(pa.dictionary(pa.int32(), pa.string()))
"""Lists of a few different strings."""
SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("tokens", pa.list_(pa.string()), nullable=False),
        pa.field("tags", REPEATED),
        pa.field("tag_distributions", pa.string()),  # JSON
        pa.field("spaces", REPEATED),
    ]
)


class ArrowSentences(Sequence[TaggedSentence]):
    """
    The sentences of a memory-mapped Arrow file, decoded when they are accessed, so that a corpus of any size takes a
    few kilobytes of Python objects. Iteration decodes a few thousand together, which is several times faster than
    access one by one.

    # Parameters

    path : `Path`
        A file that `write` has written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._batches: List[pa.RecordBatch] = list(pa.ipc.open_stream(pa.memory_map(str(path))))
        # The position after each batch's last sentence.
        self._ends: List[int] = list(accumulate(batch.num_rows for batch in self._batches))

    @classmethod
    def write(cls, path: Path, sentences: Iterable[TaggedSentence]) -> "ArrowSentences":
        """
        Writes a file atomically, a few thousand sentences at a time, and opens it.

        # Parameters

        path : `Path`
            The file, which is created or replaced.
        sentences : `Iterable[TaggedSentence]`
            Iterated over once.
        """
        return cls._written(path, map(_encoded, lazy_groups_of(sentences, BATCH_ROWS)))

    @classmethod
    def write_blocks(cls, path: Path, blocks: Iterable[SentenceBlock]) -> "ArrowSentences":
        """Writes the same file from the sentences in blocks, each of which becomes a batch."""
        return cls._written(path, map(_of_block, blocks))

    @classmethod
    def _written(cls, path: Path, batches: Iterable[pa.RecordBatch]) -> "ArrowSentences":
        with (
            replacement(path, f".{rank()}") as temporary,  # each process of a run writes the file
            pa.OSFile(str(temporary), "wb") as sink,
            pa.ipc.new_stream(sink, SCHEMA) as writer,
        ):
            for batch in batches:
                writer.write_batch(batch)
        return cls(path)

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[position] for position in range(len(self))[index]]
        position = range(len(self))[index]  # counts negative ones from the end and raises an IndexError
        number = bisect_right(self._ends, position)
        batch = self._batches[number]
        [sentence] = _decoded(batch.slice(position - self._ends[number] + batch.num_rows, 1))
        return sentence

    def __iter__(self) -> Iterator[TaggedSentence]:
        for batch in self._batches:
            yield from _decoded(batch)

    def blocks(self) -> Iterator[SentenceBlock]:
        """The sentences as arrays, without their soft labels and spaces."""
        return map(_block, self._batches)

    def ids(self) -> List[str]:
        """The ids of all sentences."""
        return [name for batch in self._batches for name in batch.column("id").to_pylist()]

    def lengths(self) -> np.ndarray:
        """The number of words of each sentence. Shape: `(num_sentences,)`"""
        sizes = [np.diff(batch.column("tokens").offsets.to_numpy()) for batch in self._batches]
        return np.concatenate([np.empty(0, np.int32), *sizes])

    def soft_tags(self) -> Set[str]:
        """All tags that have a probability in soft labels."""
        columns = (batch.column("tag_distributions") for batch in self._batches)
        texts = (text for column in columns for text in column.drop_null().to_pylist())
        return {tag for text in texts for row in json.loads(text) for tag in row}


def _encoded(sentences: Sequence[TaggedSentence]) -> pa.RecordBatch:
    soft = (sentence.tag_distributions for sentence in sentences)
    columns: List[Iterable] = [
        (sentence.id for sentence in sentences),
        (sentence.tokens for sentence in sentences),
        (sentence.tags for sentence in sentences),
        (None if rows is None else json.dumps(rows, ensure_ascii=False) for rows in soft),
        (sentence.spaces for sentence in sentences),
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.record_batch(arrays, schema=SCHEMA)


def _of_block(block: SentenceBlock) -> pa.RecordBatch:
    """The batch of a block in which all sentences have tags or none has."""
    size = len(block.ids)
    offsets = pa.array(np.concatenate(([0], np.cumsum(block.num_words))), pa.int32())
    names = pa.array(block.words.names, pa.string())
    tags = pa.array([None] * size, REPEATED)
    if block.is_tagged.all():
        numbers = pa.array(block.tags.numbers, pa.int32())
        strings = pa.DictionaryArray.from_arrays(numbers, pa.array(block.tags.names, pa.string()))
        tags = pa.ListArray.from_arrays(offsets, strings)
    arrays = [
        pa.array(block.ids, pa.string()),
        pa.ListArray.from_arrays(offsets, names.take(pa.array(block.words.numbers))),
        tags,
        *(pa.array([None] * size, SCHEMA.field(name).type) for name in ("tag_distributions", "spaces")),
    ]
    return pa.record_batch(arrays, schema=SCHEMA)


def _decoded(batch: pa.RecordBatch) -> Iterator[TaggedSentence]:
    ids, tokens, tags, soft, spaces = batch.columns
    rows = (None if text is None else tuple(json.loads(text)) for text in soft.to_pylist())
    columns = ids.to_pylist(), map(tuple, tokens.to_pylist()), _repeated(tags), rows, _repeated(spaces)
    return starmap(TaggedSentence, zip(*columns, strict=True))


def _block(batch: pa.RecordBatch) -> SentenceBlock:
    ids, tokens, tags, _, _ = batch.columns
    words, labels = tokens.flatten().dictionary_encode(), tags.flatten()
    return SentenceBlock(
        ids.to_pylist(),
        np.diff(tokens.offsets.to_numpy()).astype(np.int64),
        Coded(words.dictionary.to_pylist(), words.indices.to_numpy()),
        tags.is_valid().to_numpy(zero_copy_only=False),
        Coded(labels.dictionary.to_pylist(), labels.indices.to_numpy()),
    )


def _repeated(column: pa.ListArray) -> Iterator[Optional[Tuple[str, ...]]]:
    """Lists that share their strings; several times faster than the column's own `to_pylist`."""
    values = column.flatten()
    names = [sys.intern(name) for name in values.dictionary.to_pylist()]
    strings = iter([names[number] for number in values.indices.to_pylist()])
    sizes = np.diff(column.offsets.to_numpy()).tolist()
    for size, valid in zip(sizes, column.is_valid().to_pylist(), strict=True):
        yield tuple(islice(strings, size)) if valid else None
