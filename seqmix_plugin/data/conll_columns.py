"""Column files: one word a line, a blank line between sentences."""

import re
import sys
from typing import Dict, Iterator, List, Optional, Tuple

from allennlp.common.checks import ConfigurationError
from allennlp.data import DatasetReader, TokenIndexer

from seqmix_plugin.data.column_file import ColumnFile, columns_of
from seqmix_plugin.data.labelled_file import MARK, check_scheme
from seqmix_plugin.data.sentence_reader import SentenceReader
from seqmix_plugin.sentence import TaggedSentence
from seqmix_plugin.tag_schemes import InvalidTagError, to_bio

CONLLU_COLUMNS = 10
PASSED_OVER = "lines of CoNLL-U's ranges and empty nodes are passed over"
MOST_KNOWN = 2**16
"""Lines that are remembered, so that each is taken apart once."""

_NO_WORD = re.compile(r"\d+[-.]\d+", re.ASCII)
_LIKE_A_TAG = re.compile(r"[A-Za-z]-|[A-Z]\Z")
LIKE_ROWS = "comments have as many columns as the rows, but no tag"
OTHER_WIDTH = "rows have another number of columns than the first"

Row = Tuple[str, str]
"""A word and its tag."""


@DatasetReader.register("conll_columns")
class ConllColumnsReader(SentenceReader):
    """
    Reads column files such as CoNLL-2003's: any number of columns, separated by one tab or by blanks; blank lines
    between sentences; `-DOCSTART-` lines and comment lines are passed over, `# id = …` names the next sentence. Tags
    come out as BIO.

    `#` is a word as well. A line that begins with `# ` is one when it has a valid tag where its tag should be, or as
    many columns as the file's first row and what looks like a tag; with `unlabelled`, as many columns. It is a comment
    otherwise, or when it reads `# name = …` without a tab; comments with as many columns as rows are counted in a
    warning.

    A file of ten columns between tabs, the first a number and not the word, is CoNLL-U: lines whose first column is a
    range (`1-2`) or an empty node (`2.1`) are passed over and counted in a warning, and `# sent_id = …` names the
    sentence.

    Words with characters that cannot be seen, and words with a blank and a tag in them, stay as they are and are
    counted in a warning, as are rows with more or fewer columns than the first. A byte order mark at the beginning of a
    line is dropped.

    Registered as a `DatasetReader` with name "conll_columns".

    # Parameters

    token_indexers : `Dict[str, TokenIndexer]`
        How words are indexed.
    source_scheme : `str`, optional (default = `"BIO"`)
        The tag scheme of the files: `IOB1`, `BIO`, `BIOES` or `BIOUL`.
    token_column : `int`, optional (default = `0`)
        The column of the word; negative numbers count from the last.
    tag_column : `int`, optional (default = `-1`)
        The column of the tag.
    max_length : `int`, optional (default = `None`)
        The longest input in word pieces; see `SentenceReader`.
    repair_tags : `bool`, optional (default = `False`)
        Repair invalid tag sequences as conlleval reads them, and count them in a warning, instead of stopping.
    unlabelled : `bool`, optional (default = `False`)
        The files hold words alone, or tags that are not to be read.
    max_instances : `int`, optional (default = `None`)
        As in every reader of AllenNLP.
    serialization_dir : `str`, optional (default = `None`)
        Given by AllenNLP, not a key.

    # Raises

    `ConfigurationError`
        With file and line: an invalid tag or tag sequence, too few columns, columns that are separated otherwise than
        in the first row, a column of row numbers instead of words, a carriage return inside a line, bytes that are not
        UTF-8, a file that is missing or holds no sentence.
    """

    def __init__(
        self,
        token_indexers: Dict[str, TokenIndexer],
        source_scheme: str = "BIO",
        token_column: int = 0,
        tag_column: int = -1,
        max_length: Optional[int] = None,
        repair_tags: bool = False,
        unlabelled: bool = False,
        max_instances: Optional[int] = None,
        serialization_dir: Optional[str] = None,
    ) -> None:
        super().__init__(token_indexers, max_length, max_instances, serialization_dir)
        check_scheme(source_scheme)
        self._scheme = source_scheme
        self._token_column = token_column
        self._tag_column = tag_column
        self._repair = repair_tags
        self._unlabelled = unlabelled

    def parse(self, path: str) -> Iterator[TaggedSentence]:
        file = ColumnFile(path, self._scheme, self._repair)
        return file.checked(
            self._sentence(file, name or str(number), lines, rows)
            for number, (name, lines, rows) in enumerate(self._blocks(file))
        )

    def _sentence(self, file: ColumnFile, name: str, lines: List[int], rows: List[Row]) -> TaggedSentence:
        words, tags = zip(*rows, strict=True)

        def place(position: int) -> str:
            return f"line {lines[position]}"

        file.look_at(words, place)
        return TaggedSentence(name, words, None if self._unlabelled else file.to_bio(tags, place))

    def _blocks(self, file: ColumnFile) -> Iterator[Tuple[Optional[str], List[int], List[Row]]]:
        """The rows of each sentence and their lines, with its name if a comment gives one."""
        name: Optional[str] = None
        lines: List[int] = []
        rows: List[Row] = []
        known: Dict[str, Row] = {}
        for number, line in file.lines():
            row = known.get(line)
            if row is None:
                if not line.strip(" \t") or line.startswith("-DOCSTART-"):
                    if rows:
                        yield name, lines, rows
                        name, lines, rows = None, [], []
                    continue
                row = self._row(file, number, line)
                if row is None:
                    name = name if rows else self._name(file, line, name)
                    continue
                if file.has_other_width(line):  # it is not remembered: each one is counted
                    file.count(OTHER_WIDTH, line, f"line {number}")
                else:
                    if len(known) == MOST_KNOWN:
                        known.clear()
                    known[line] = row
            lines.append(number)
            rows.append(row)
        if rows:
            yield name, lines, rows
        if file.only_counts:
            raise ConfigurationError(
                f"{file.path}: all words are the numbers of their rows; token_column is {self._token_column}, expected "
                f"the column of the words"
            )

    def _row(self, file: ColumnFile, number: int, line: str) -> Optional[Row]:
        """The word and the tag of a line, or `None` when it is a comment or passed over."""
        if "\r" in line:
            raise file.error(f"line {number}", "a carriage return inside the line; lines end with \\n or \\r\\n")
        columns = columns_of(line)
        if line.startswith("# ") and self._is_comment(file, number, line, columns):
            return None
        if self._is_conllu(file, columns) and _NO_WORD.fullmatch(columns[0]):
            file.count(PASSED_OVER, columns[0], f"line {number}")
            return None
        try:
            word, tag = columns[self._token_column], "O" if self._unlabelled else columns[self._tag_column]
        except IndexError:
            word = tag = ""
        if not word or not tag or (len(columns) < 2 and not self._unlabelled):
            raise file.error(
                f"line {number}",
                f"{len(columns)} column(s), but token_column is {self._token_column} and tag_column is "
                f"{self._tag_column}",
            )
        self._check_separators(file, number, line, columns, word)
        return sys.intern(word), tag

    def _check_separators(self, file: ColumnFile, number: int, line: str, columns: List[str], word: str) -> None:
        """Raises a `ConfigurationError` when columns may have been taken for each other."""
        tabs = "\t" in line
        if tabs != file.layout.tabs and (" " in word if tabs else 1 < len(columns) != file.layout.width):
            here, first = ("tabs", "blanks") if tabs else ("blanks", "tabs")
            raise file.error(
                f"line {number}",
                f"{len(columns)} columns between {here}, but the file's first row has {file.layout.width} between "
                f"{first}; expected one separator",
            )
        if line.count(MARK) > word.count(MARK):
            raise file.error(
                f"line {number}",
                "a byte order mark outside the word, as where files were put together without a line end between them",
            )

    def _is_comment(self, file: ColumnFile, number: int, line: str, columns: List[str]) -> bool:
        """Of a line that begins with `# `. `# id = B-12` ends with a valid tag and is no word all the same."""
        tabs, has_tag = "\t" in line, self._has_tag(columns)
        if columns[0] != "#" or (not tabs and (columns[2:3] == ["="] or "=" in "".join(columns[1:2])[1:])):
            return True
        as_wide = len(columns) == file.layout.width and (tabs == file.layout.tabs or has_tag)
        if not as_wide or tabs or has_tag or self._unlabelled or _LIKE_A_TAG.match(columns[self._tag_column]):
            return not (as_wide or (has_tag and not file.layout.tabs))
        file.count(LIKE_ROWS, line, f"line {number}")
        return True

    def _has_tag(self, columns: List[str]) -> bool:
        if len(columns) < 2 or not -len(columns) <= self._tag_column < len(columns):
            return False
        try:
            to_bio([columns[self._tag_column]], self._scheme, repair=True)
        except InvalidTagError:
            return False
        return True

    def _is_conllu(self, file: ColumnFile, columns: List[str]) -> bool:
        """Whether lines of so many columns are; the first column of CoNLL-U numbers the words."""
        tabs, width, is_numbered = file.layout
        is_wide = tabs and width == len(columns) == CONLLU_COLUMNS
        return is_wide and is_numbered and self._token_column % CONLLU_COLUMNS != 0

    def _name(self, file: ColumnFile, line: str, before: Optional[str]) -> Optional[str]:
        """What a comment calls the sentence, or what comments before it did."""
        key, equals, value = line.removeprefix("# ").partition("=")
        if equals and key.strip() == "id":
            return value.strip()
        if equals and key.strip() == "sent_id" and self._is_conllu(file, [""] * CONLLU_COLUMNS):
            return before or value.strip()
        return before
