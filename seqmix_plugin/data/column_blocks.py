"""Column files as arrays: each different line is parsed once, and the rest is work on the numbers of lines."""

from itertools import islice
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple

import numpy as np
import pyarrow as pa

from seqmix_plugin.data.arrow_sentences import BATCH_ROWS
from seqmix_plugin.data.sentence_block import Coded, SentenceBlock
from seqmix_plugin.data.tag_numbers import LEAST, TagNumbers
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.sentence_files.column_file import MOST_KNOWN, ColumnFile, is_blank
from seqmix_plugin.sentence_files.sentence_file import without_ends
from seqmix_plugin.sentence_files.unusual_words import are_usual
from seqmix_plugin.tag_schemes import InvalidTagError

BYTES = 2**20
"""Read at once."""
BLANK, COMMENT, UNUSUAL = -1, -2, -3
"""Numbers of lines that are no rows; the last ones are left to `ColumnFile`."""


class Numbered(NamedTuple):
    """Sentences as numbers of words and tags among those of the whole file; without tags there are no numbers."""

    ids: List[str]
    sizes: np.ndarray
    words: np.ndarray
    tags: np.ndarray

    def joined(self, other: "Numbered") -> "Numbered":
        """These and then the others."""
        arrays = (np.concatenate(pair) for pair in zip(self[1:], other[1:], strict=True))
        sizes, words, tags = arrays
        return Numbered(self.ids + other.ids, sizes, words, tags)

    def divided(self, place: int) -> Tuple["Numbered", "Numbered"]:
        """Those before and those from a position."""
        word = int(self.sizes[:place].sum())
        first = Numbered(self.ids[:place], self.sizes[:place], self.words[:word], self.tags[:word])
        return first, Numbered(self.ids[place:], self.sizes[place:], self.words[word:], self.tags[word:])


class _Lines(Dict[str, int]):
    """The number of each line: of its word and its tag for a row."""

    def __init__(self, file: ColumnFile, tags: TagNumbers) -> None:
        super().__init__()
        self.file, self.tags = file, tags
        self.words: List[str] = []
        self.odd_words: List[int] = []
        self._places: Dict[str, int] = {}

    def __missing__(self, line: str) -> int:
        text = without_ends(line)
        if is_blank(text):
            return self._kept(line, BLANK)
        try:
            row = self.file.usual_row(text)
        except ConfigurationError:
            return UNUSUAL
        if row is None:
            return COMMENT
        tag = self.tags.number(row[1])
        return UNUSUAL if tag is None else self._kept(line, self.word(row[0]) * LEAST + tag)

    def _kept(self, line: str, number: int) -> int:
        if len(self) >= MOST_KNOWN:
            self.clear()
        self[line] = number
        return number

    def word(self, word: str) -> int:
        """The number of a word."""
        number = self._places.setdefault(word, len(self.words))
        if number == len(self.words):
            self.words.append(word)
            if not are_usual([word]):
                self.odd_words.append(number)
        return number


class ColumnBlocks:
    """
    The sentences of a column file as blocks, with the errors and warnings of `ColumnFile`, which reads those parts of
    the file that have lines with mistakes.

    # Parameters

    file : `ColumnFile`
        The file, of which nothing has been read.
    """

    def __init__(self, file: ColumnFile) -> None:
        self._file = file
        self._tags = TagNumbers(file)
        self._lines = _Lines(file, self._tags)

    def blocks(self) -> Iterator[SentenceBlock]:
        """All sentences, as many in a block as in a batch of `ArrowSentences`."""
        nothing = np.empty(0, np.int64)
        rest = Numbered([], nothing, nothing, nothing)
        for part in self._parts():
            rest = rest.joined(part)
            while len(rest.ids) >= BATCH_ROWS:
                block, rest = rest.divided(BATCH_ROWS)
                yield self._block(block)
        self._file.end()
        if rest.ids:
            yield self._block(rest)

    def _parts(self) -> Iterator[Numbered]:
        """The sentences of each megabyte of the file."""
        number, rest = 1, b""
        with self._file.opened() as file:
            while content := file.read(max(BYTES, len(rest))):
                content = rest + content
                end = content.rfind(b"\n") + 1
                content, rest = content[:end], content[end:]
                lines, numbers = self._numbered(content, number)
                blanks = np.flatnonzero(numbers == BLANK)
                size = int(blanks[-1]) + 1 if len(blanks) else 0
                left = "".join(f"{line}\n" for line in lines[size:]).encode("utf-8")
                rest = left + rest
                yield from self._part(number, lines[:size], numbers[:size])
                number += size
        lines, numbers = self._numbered(rest, number, at_end=True)
        yield from self._part(number, lines, numbers)

    def _numbered(self, content: bytes, number: int, at_end: bool = False) -> Tuple[List[str], np.ndarray]:
        """The lines of some bytes, of which the first has a number in the file, and the number of each."""
        try:
            lines = content.decode("utf-8").split("\n")
        except UnicodeDecodeError:
            for one in self._file.sentences_of(islice(self._file.lines(), number - 1, None)):
                self._file.noted(one)  # until the error is raised
            raise
        if not at_end or not lines[-1]:
            lines.pop()
        return lines, np.fromiter(map(self._lines.__getitem__, lines), np.int64, len(lines))

    def _part(self, first: int, lines: List[str], numbers: np.ndarray) -> Iterator[Numbered]:
        """The sentences of some lines, all of which are whole; `first` is the number of the first line."""
        found = None if (numbers == UNUSUAL).any() else self._usual(first, lines, numbers)
        if found is None:
            plain = enumerate(map(without_ends, lines), first)
            found = self._of([self._file.noted(one) for one in self._file.sentences_of(plain)])
        yield found

    def _usual(self, first: int, lines: List[str], numbers: np.ndarray) -> Optional[Numbered]:
        """The sentences of lines without mistakes, or `None` where tags have some."""
        places = np.flatnonzero(numbers >= 0)
        group = np.cumsum(numbers == BLANK)[places]  # of each row the number of blank lines before it
        starts = np.flatnonzero(np.diff(group, prepend=-1))
        sizes = np.diff(starts, append=len(places))
        words, raw = np.divmod(numbers[places], LEAST)
        try:
            tags = self._tags.to_bio(raw, sizes)
        except InvalidTagError:
            return None
        for word in np.flatnonzero(np.isin(words, self._lines.odd_words)).tolist() if self._lines.odd_words else ():
            self._file.check_words([self._lines.words[words[word]]], [f"line {first + int(places[word])}"])
        for start, size in zip(starts.tolist(), sizes.tolist(), strict=True):
            if not self._file.only_numbers:
                break
            self._file.check_numbers([self._lines.words[word] for word in words[start : start + size].tolist()])
        names = self._names(lines, np.flatnonzero(numbers == COMMENT), places, starts)
        ids = [names.get(number) or str(number + self._file.position) for number in range(len(starts))]
        self._file.position += len(ids)
        self._file.note(ids)
        return Numbered(ids, sizes, words, tags)

    def _names(self, lines: List[str], comments: np.ndarray, places: np.ndarray, starts: np.ndarray) -> Dict[int, str]:
        """The ids that comments give to sentences, by position; one after the last sentence is kept for the next."""
        names: Dict[int, str] = {0: self._file.name} if self._file.name else {}
        following = np.searchsorted(places, comments)  # the row after each comment
        sentences = np.searchsorted(starts, following)  # comments within a sentence are before no sentence's first row
        begins = np.append(places[starts], len(lines))
        ends = np.append(0, np.append(places[starts[1:] - 1], places[-1:]) + 1) if len(starts) else np.zeros(1, int)
        for comment, sentence in zip(comments.tolist(), sentences.tolist(), strict=True):
            if ends[sentence] <= comment < begins[sentence] and self._is_apart(lines, int(ends[sentence]), comment):
                name = self._file.id_of(without_ends(lines[comment]), names.get(sentence))
                names.update({sentence: name} if name else {})
        self._file.name = names.pop(len(starts), None)
        return names

    def _is_apart(self, lines: List[str], end: int, comment: int) -> bool:
        """Whether a blank line is between the last row of a sentence and a comment."""
        return end == 0 or any(is_blank(without_ends(line)) for line in lines[end:comment])

    def _of(self, sentences: List[TaggedSentence]) -> Numbered:
        words = [self._lines.word(word) for sentence in sentences for word in sentence.tokens]
        tags = [self._tags.bio_number(tag) for sentence in sentences for tag in sentence.tags or ()]
        sizes = [len(sentence) for sentence in sentences]
        arrays = (np.array(values, dtype=np.int64) for values in (sizes, words, tags))
        return Numbered([sentence.id for sentence in sentences], *arrays)

    def _block(self, part: Numbered) -> SentenceBlock:
        is_tagged = np.full(len(part.ids), not self._file.unlabelled)
        words, tags = _among(self._lines.words, part.words), _among(self._tags.bio, part.tags)
        return SentenceBlock(part.ids, part.sizes, words, is_tagged, tags)


def _among(names: List[str], numbers: np.ndarray) -> Coded:
    """Numbered strings of a file with the names of these alone."""
    found = pa.array(numbers).dictionary_encode()
    return Coded([names[number] for number in found.dictionary.to_pylist()], found.indices.to_numpy())
