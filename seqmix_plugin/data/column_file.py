"""A column file on its way to sentences: how its rows are laid out."""

import re
from functools import cached_property
from typing import Callable, List, NamedTuple, Sequence

from seqmix_plugin.data.labelled_file import LabelledFile

FEWEST_NUMBERED = 3
"""Words of a sentence that are not 0, 1, 2 or 1, 2, 3 by chance."""

_NUMBER = re.compile(r"\d+(?:[-.]\d+)?\Z", re.ASCII)


class Layout(NamedTuple):
    """Of a file's first row: whether tabs separate its columns, how many there are, and whether a number begins it."""

    tabs: bool
    width: int
    is_numbered: bool


class ColumnFile(LabelledFile):
    """One column file; its parameters are those of `LabelledFile`."""

    def __init__(self, path: str, scheme: str, repair: bool) -> None:
        super().__init__(path, scheme, repair)
        self._only_numbers = True
        self._longest = 0

    @cached_property
    def layout(self) -> Layout:
        """That of the first row that does not begin with `#`; where all do, of the first that has a tab."""
        fallback = ""
        for _, line in self.lines():
            if not line.startswith(("#", "-DOCSTART-")) and line.strip(" \t"):
                return _layout(line)
            if not fallback and line.startswith("#") and "\t" in line:
                fallback = line
        return _layout(fallback)

    def has_other_width(self, line: str) -> bool:
        """Whether a row has more or fewer columns than the first, between the same separators."""
        return ("\t" in line) == self.layout.tabs and len(columns_of(line)) != self.layout.width

    def look_at(self, words: Sequence[str], place: Callable[[int], str]) -> None:
        super().look_at(words, place)
        if self._only_numbers:
            self._longest = max(self._longest, len(words))
            self._only_numbers = words[0] in ("0", "1") and all(
                word == str(number) for number, word in enumerate(words, int(words[0]))
            )

    @property
    def only_counts(self) -> bool:
        """Whether the words of all sentences, which were looked at, are the numbers of their rows."""
        return self._only_numbers and self._longest >= FEWEST_NUMBERED


def columns_of(line: str) -> List[str]:
    """Not by `str.split()`, which also splits at a no-break space inside a word."""
    if "\t" in line:
        return [column.strip(" ") for column in line.split("\t")]
    columns = line.split(" ")
    return columns if "" not in columns else [column for column in columns if column]


def _layout(line: str) -> Layout:
    columns = columns_of(line)
    return Layout("\t" in line, len(columns), any(map(_NUMBER.match, columns[:1])))
