"""The columns of words and tags of a file, found in its first lines."""

import re
from collections import Counter
from functools import cached_property
from itertools import groupby
from typing import List, Optional, Sequence

from seqmix_plugin.sentence_files.column_file import CONLLU_COLUMNS, RANGE_OR_EMPTY_NODE, is_blank, split_columns
from seqmix_plugin.sentence_files.layout import Layout, scheme_of

ENOUGH = 0.9
"""The share of rows that have a tag in the column of tags, or of what tells another column; the reader reports the
others."""
TAG = re.compile(r"O|[BIESLU]-\S(.*\S)?")
LANGUAGE = re.compile(r"[a-z]{2,3}:(?=.)")
"""What WikiANN puts before each word."""


class ColumnSample:
    """
    The rows of a file's first lines, without the ranges of CoNLL-U.

    # Parameters

    lines : `Sequence[str]`
        The lines, without comments.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        rows = [[] if is_blank(line) else split_columns(line) for line in lines]
        if _usual_width(rows) == CONLLU_COLUMNS:
            rows = [row for row in rows if not (row and RANGE_OR_EMPTY_NODE.fullmatch(row[0]))]
        self._width = _usual_width(rows)
        self._sentences = [list(block) for is_row, block in groupby(rows, bool) if is_row]
        self._words = [row for row in rows if row]

    def layout(self) -> Optional[Layout]:
        """The layout of a file with a column of tags, or whose rows are numbered; `None` for any other."""
        return self._with_tags() or self._numbered()

    def prefix(self, column: int) -> str:
        """What nearly all cells of a column begin with, if it is the name of a language and a colon."""
        prefixes = Counter(
            found[0] for row in self._words if (found := LANGUAGE.match("".join(row[column : column + 1])))
        )
        [(prefix, number)] = prefixes.most_common(1) or [("", 0)]
        return prefix if number >= ENOUGH * len(self._words) else ""

    def _with_tags(self) -> Optional[Layout]:
        words = self._word_column if self._width > 2 else 0
        candidates = [(words, column) for column in range(self._width - 1, words, -1)]
        candidates += [(1, 0)] if self._width == 2 else []
        found: List[Layout] = []
        for words, column in candidates:
            tags = [row[column] if len(row) == self._width else None for row in self._words]
            if sum(tag is not None and TAG.fullmatch(tag) is not None for tag in tags) < ENOUGH * len(tags):
                continue
            scheme = scheme_of(
                [cell for row in block for cell in row[column : column + 1]] for block in self._sentences
            )
            layout = Layout("columns", True, scheme, words, -1 if column == self._width - 1 else column)
            if any(tag != "O" for tag in tags):
                return layout
            found.append(layout)  # all tags are O: only if no other column has any
        return found[0] if found else None

    def _numbered(self) -> Optional[Layout]:
        """Numbered sentences are none: they have blanks, or different numbers of words, or stand in one block."""
        column, usual = self._word_column, self._usual(self._words)
        if column == 0 or len(usual) < ENOUGH * len(self._words) or (self._width == 2 and len(self._sentences) == 1):
            return None
        blanks = sum(" " in row[column] for row in usual)
        return None if blanks > (1 - ENOUGH) * len(usual) else Layout("columns", token_column=column)

    @cached_property
    def _word_column(self) -> int:
        """The first column that neither has numbers, as of rows, nor one name a sentence, as of a document."""
        usual = self._usual(self._words)
        longer = [block for block in map(self._usual, self._sentences) if len(block) > 1]
        for column in range(self._width):
            numbers = sum(row[column].isdigit() for row in usual)
            names = sum(len({row[column] for row in block}) == 1 for block in longer)
            if numbers < ENOUGH * len(usual) and (not longer or names < ENOUGH * len(longer)):
                return column
        return 0

    def _usual(self, rows: Sequence[List[str]]) -> List[List[str]]:
        """The rows with as many columns as most have."""
        return [row for row in rows if len(row) == self._width]


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    """How many columns most rows have."""
    widths = Counter(len(row) for row in rows if row)
    return widths.most_common(1)[0][0] if widths else 0
