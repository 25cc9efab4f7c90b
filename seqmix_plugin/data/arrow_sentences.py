"""Sentences that stay on disk."""

import json
import sys
from bisect import bisect_right
from collections import defaultdict
from itertools import accumulate, islice, starmap
from pathlib import Path
from typing import DefaultDict, Iterable, Iterator, List, Optional, Sequence, Tuple, Union, overload

import numpy as np
import pyarrow as pa

from seqmix_plugin.distributed import rank
from seqmix_plugin.io.atomic import replacement
from seqmix_plugin.sentence import TagDistribution, TaggedSentence

BATCH_ROWS = 4096
"""Sentences that are written, and decoded while iterating, together."""
SHARED = pa.list_(pa.dictionary(pa.int32(), pa.string()))
"""Strings of which there are few, over and over."""
SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("tokens", pa.list_(pa.string()), nullable=False),
        pa.field("tags", SHARED),
        pa.field("tag_distributions", pa.string()),  # JSON
        pa.field("spaces", SHARED),
    ]
)


class ArrowSentences(Sequence[TaggedSentence]):
    """
    The sentences of a memory-mapped Arrow file, made anew whenever one is asked for: a corpus of any size takes a few
    kilobytes of Python objects, and its pages are the operating system's to drop. Iterating makes a few thousand at a
    time, which is some times faster than asking for one after the other.

    # Parameters

    path : `Path`
        What `write` has written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        reader = pa.ipc.open_file(pa.memory_map(str(path)))
        self._batches: List[pa.RecordBatch] = [reader.get_batch(n) for n in range(reader.num_record_batches)]
        # The position after each batch's last sentence.
        self._ends: List[int] = list(accumulate(batch.num_rows for batch in self._batches))

    @classmethod
    def write(cls, path: Path, sentences: Iterable[TaggedSentence]) -> "ArrowSentences":
        """
        Writes a file, which is whole or not there at all, and opens it.

        # Parameters

        path : `Path`
            The file, which is replaced.
        sentences : `Iterable[TaggedSentence]`
            Of them, a few thousand are held at a time.
        """
        stream = iter(sentences)
        # What is new in the dictionaries is written with each batch; Arrow adds to none that is empty.
        tags, spaces = _numbers("O"), _numbers(" ")
        options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True)
        with (
            replacement(path, f".{rank()}") as temporary,  # each process of a run writes it
            pa.OSFile(str(temporary), "wb") as sink,
            pa.ipc.new_file(sink, SCHEMA, options=options) as writer,
        ):
            for chunk in iter(lambda: list(islice(stream, BATCH_ROWS)), []):
                writer.write_batch(_encoded(chunk, tags, spaces))
        return cls(path)

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> TaggedSentence: ...
    @overload
    def __getitem__(self, index: slice) -> List[TaggedSentence]: ...
    def __getitem__(self, index: Union[int, slice]) -> Union[TaggedSentence, List[TaggedSentence]]:
        if isinstance(index, slice):
            return [self[position] for position in range(len(self))[index]]
        position = range(len(self))[index]  # counts negative ones from the end and knows what is out of range
        number = bisect_right(self._ends, position)
        batch = self._batches[number]
        [sentence] = _decoded(batch.slice(position - self._ends[number] + batch.num_rows, 1))
        return sentence

    def __iter__(self) -> Iterator[TaggedSentence]:
        for batch in self._batches:
            yield from _decoded(batch)


def _numbers(first: str) -> DefaultDict[str, int]:
    """The numbers of strings, of which a new one gets the next."""
    numbers: DefaultDict[str, int] = defaultdict(None, {first: 0})
    numbers.default_factory = numbers.__len__
    return numbers


def _encoded(
    chunk: Sequence[TaggedSentence], tags: DefaultDict[str, int], spaces: DefaultDict[str, int]
) -> pa.RecordBatch:
    """Rows of sentences; numbers the tags and the white space that are new."""
    soft = (sentence.tag_distributions for sentence in chunk)
    return pa.record_batch(
        [
            pa.array([sentence.id for sentence in chunk], pa.string()),
            pa.array([sentence.tokens for sentence in chunk], pa.list_(pa.string())),
            _column([sentence.tags for sentence in chunk], tags),
            pa.array([None if rows is None else json.dumps(rows, ensure_ascii=False) for rows in soft], pa.string()),
            _column([sentence.spaces for sentence in chunk], spaces),
        ],
        schema=SCHEMA,
    )


def _column(rows: Sequence[Optional[Sequence[str]]], numbers: DefaultDict[str, int]) -> pa.ListArray:
    """Some rows of strings by their numbers; a row that is `None` takes no more than its place."""
    ends = [0, *accumulate(len(row or ()) for row in rows)]
    indices = [numbers[text] for row in rows for text in row or ()]
    values = pa.DictionaryArray.from_arrays(pa.array(indices, pa.int32()), pa.array(numbers, pa.string()))
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), values, mask=pa.array([row is None for row in rows]))


def _decoded(batch: pa.RecordBatch) -> Iterator[TaggedSentence]:
    """The sentences of some rows."""
    ids, tokens, tags, soft, spaces = batch.columns
    labels = _shared(tags), map(_distributions, soft.to_pylist())
    columns = ids.to_pylist(), map(tuple, tokens.to_pylist()), *labels, _shared(spaces)
    return starmap(TaggedSentence, zip(*columns, strict=True))


def _shared(column: pa.ListArray) -> Iterator[Optional[Tuple[str, ...]]]:
    """The strings of some rows, which they share; some times faster than the column's own `to_pylist`."""
    values = column.flatten()
    names = [sys.intern(name) for name in values.dictionary.to_pylist()]
    strings = iter([names[number] for number in values.indices.to_pylist()])
    sizes = np.diff(column.offsets.to_numpy()).tolist()
    for size, valid in zip(sizes, column.is_valid().to_pylist(), strict=True):
        yield tuple(islice(strings, size)) if valid else None


def _distributions(text: Optional[str]) -> Optional[Tuple[TagDistribution, ...]]:
    return None if text is None else tuple(json.loads(text))
