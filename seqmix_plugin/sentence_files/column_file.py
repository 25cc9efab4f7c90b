"""A column file while it is read: one word a line, a blank line between sentences."""

import re
import sys
from typing import Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.sentence_files.sentence_file import SentenceFile, tag_error

CONLLU_COLUMNS = 10
FEWEST_NUMBERED = 3
"""A sentence of fewer words may be 0, 1 or 1, 2 by chance."""
MOST_KNOWN = 2**16
"""Number of distinct lines that are remembered, so that each is parsed once."""

RANGE_OR_EMPTY_NODE = re.compile(r"\d+[-.]\d+", re.ASCII)
_LIKE_A_TAG = re.compile(r"[A-Za-z]-|[A-Z]\Z")

Row = Tuple[str, str]
"""A word and its tag."""


class ColumnFile(SentenceFile):
    """A column file while it is read; the parameters are those of `ConllColumnsReader`."""

    def __init__(
        self, path: str, scheme: str, repair: bool, token_column: int, tag_column: int, unlabelled: bool
    ) -> None:
        super().__init__(path, scheme, repair)
        self._token_column = token_column
        self._tag_column = tag_column
        self.unlabelled = unlabelled
        rows = (line for _, line in self.lines() if not is_blank(line) and not line.startswith("#"))
        first = next(rows, "")
        self._tabs, self._width = "\t" in first, len(split_columns(first))
        is_wide = self._tabs and self._width == CONLLU_COLUMNS
        self._is_conllu = is_wide and first[0].isdigit() and token_column % CONLLU_COLUMNS != 0
        self.only_numbers = True
        self._longest = 0
        self.position = 0  # of the next sentence
        self.name: Optional[str] = None  # the id that a comment gave it
        self._known: Dict[str, Row] = {}

    def sentences(self) -> Iterator[TaggedSentence]:
        """The sentences of the file, with BIO tags."""
        return self.sentences_of(self.lines())

    def sentences_of(self, lines: Iterable[Tuple[int, str]]) -> Iterator[TaggedSentence]:
        """The sentences of the next lines of the file, with their numbers."""
        for name, numbers, rows in self._blocks(lines):
            words, tags = zip(*rows, strict=True)
            self.check_words(words, map("line {}".format, numbers))
            if self.only_numbers:
                self.check_numbers(words)
            bio = None if self.unlabelled else self.to_bio(tags, map("line {}".format, numbers))
            position, self.position = self.position, self.position + 1
            yield TaggedSentence(name or str(position), words, bio)

    def end(self) -> None:
        """Raises a `ConfigurationError` as well when the words of the whole file are row numbers."""
        if self.only_numbers and self._longest >= FEWEST_NUMBERED:
            raise ConfigurationError(
                f"{self.path}: all words are row numbers; token_column is {self._token_column}, expected "
                f"the column of the words"
            )
        super().end()

    def check_numbers(self, words: Sequence[str]) -> None:
        """Notes whether the words of all sentences are the numbers of their rows."""
        numbers = [word for word in words if not RANGE_OR_EMPTY_NODE.fullmatch(word)]
        self._longest = max(self._longest, len(numbers))
        self.only_numbers = numbers[:1] in (["0"], ["1"]) and all(
            word == str(number) for number, word in enumerate(numbers, int(numbers[0]))
        )

    def _blocks(self, numbered: Iterable[Tuple[int, str]]) -> Iterator[Tuple[Optional[str], List[int], List[Row]]]:
        """The rows of each sentence and their line numbers, with its id if a comment gives one."""
        lines: List[int] = []
        rows: List[Row] = []
        known = self._known
        for number, line in numbered:
            row = known.get(line)
            if row is None:
                if is_blank(line):
                    if rows:
                        name, self.name = self.name, None
                        yield name, lines, rows
                        lines, rows = [], []
                    continue
                row = self._row(f"line {number}", line)
                if row is None:
                    self.name = self.name if rows else self.id_of(line, self.name)
                    continue
                if self._has_another_width(line):
                    what = "rows have a different number of columns than the first"
                    self.count(what, line, f"line {number}")  # not remembered: each one is counted
                else:
                    if len(known) == MOST_KNOWN:
                        known.clear()
                    known[line] = row
            lines.append(number)
            rows.append(row)
        if rows:
            name, self.name = self.name, None
            yield name, lines, rows

    def _has_another_width(self, line: str) -> bool:
        return ("\t" in line) == self._tabs and len(split_columns(line)) != self._width

    def usual_row(self, line: str) -> Optional[Row]:
        """
        The word and the tag of a line, or `None` for a comment. Raises a `ConfigurationError` for all other lines, also
        for those that are only counted.
        """
        if self._is_conllu and RANGE_OR_EMPTY_NODE.fullmatch(split_columns(line)[0]):
            raise ConfigurationError("skipped")
        row = self._row("", line)
        if row is not None and self._has_another_width(line):
            raise ConfigurationError("counted")
        return row

    def _row(self, place: str, line: str) -> Optional[Row]:
        """The word and the tag of a line, or `None` for a line that is a comment or skipped."""
        self.check_line_end(place, line)
        columns, tabs = split_columns(line), "\t" in line
        if line.startswith("# ") and self._is_comment(columns, tabs):
            return None
        if self._is_conllu and RANGE_OR_EMPTY_NODE.fullmatch(columns[0]):
            self.count("CoNLL-U lines of multi-word ranges and empty nodes are skipped", columns[0], place)
            return None
        try:
            word, tag = columns[self._token_column], "O" if self.unlabelled else columns[self._tag_column]
        except IndexError:
            word = tag = ""
        if not word or not tag or (len(columns) < 2 and not self.unlabelled):
            raise self.error(
                place,
                f"{len(columns)} column(s), but token_column is {self._token_column} and tag_column is "
                f"{self._tag_column}",
            )
        if tabs != self._tabs and (" " in word if tabs else 1 < len(columns) != self._width):
            here, first = ("tabs", "spaces") if tabs else ("spaces", "tabs")
            raise self.error(
                place,
                f"{len(columns)} columns separated by {here}, but the first row has {self._width} separated by "
                f"{first}; expected one separator",
            )
        return sys.intern(word), tag

    def _is_comment(self, columns: List[str], tabs: bool) -> bool:
        """
        Whether a line that begins with `# ` is a comment, not a row of the word `#`: such a row has a valid tag, or as
        many columns as the first row and a tag that may be meant as one. `# id = B-12` is a comment all the same.
        """
        if columns[0] != "#" or (not tabs and (columns[2:3] == ["="] or "=" in "".join(columns[1:2])[1:])):
            return True
        has_column = len(columns) > 1 and -len(columns) <= self._tag_column < len(columns)
        tag, is_wide = columns[self._tag_column] if has_column else "", len(columns) == self._width
        if tag_error(tag, self._scheme) is None:
            return not is_wide and self._tabs
        return not (is_wide and tabs == self._tabs and (tabs or self.unlabelled or _LIKE_A_TAG.match(tag)))

    def id_of(self, line: str, before: Optional[str]) -> Optional[str]:
        """The id that a comment gives the next sentence, or that comments before it gave."""
        key, equals, value = line.removeprefix("# ").partition("=")
        if equals and key.strip() == "id":
            return value.strip()
        if equals and key.strip() == "sent_id" and self._is_conllu:
            return before or value.strip()
        return before


def is_blank(line: str) -> bool:
    """Whether a line ends a sentence."""
    return not line.strip(" \t") or line.startswith("-DOCSTART-")


def split_columns(line: str) -> List[str]:
    """Not by `str.split()`, which also splits at a no-break space inside a word."""
    if "\t" in line:
        return [column.strip(" ") for column in line.split("\t")]
    columns = line.split(" ")
    return columns if "" not in columns else [column for column in columns if column]
