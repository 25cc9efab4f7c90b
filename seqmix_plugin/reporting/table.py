"""A table for the terminal, Markdown and the page."""

import html
import re
from typing import NamedTuple, Optional, Sequence, TextIO

from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Table as RichTable

from seqmix_plugin.console import table_console
from seqmix_plugin.errors import printable

WORDS = re.compile(r"(?!more than |less than )\W*[^\W\d_]")
"""How text begins that is no number, nor a bound of one."""


class Table(NamedTuple):
    """
    # Parameters

    title : `str`
        What it shows.
    columns : `Sequence[str]`
        Their names; the first is that of the rows.
    rows : `Sequence[Sequence[str]]`
        The cells.
    methods : `Sequence[Sequence[str]]`, optional (default = `()`)
        For each row the methods that it is about: the page hides it with them.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    methods: Sequence[Sequence[str]] = ()

    def markdown(self) -> str:
        """As GitHub reads it, without the title: columns of words to the left, others to the right."""
        dashes = ["---", *("---" if self._has_words(place) else "--:" for place in range(1, len(self.columns)))]
        lines = [list(map(as_markdown, self.columns)), dashes, *(list(map(as_markdown, row)) for row in self.rows)]
        return "".join("| " + " | ".join(line) + " |\n" for line in lines)

    def _has_words(self, place: int) -> bool:
        """Whether at least half of a column's cells that say anything are words."""
        said = [row[place] for row in self.rows if any(map(str.isalnum, row[place]))]
        return bool(said) and 2 * sum(WORDS.match(cell) is not None for cell in said) >= len(said)

    def print(self, file: Optional[TextIO] = None) -> None:
        """To the terminal, as wide as it is; in a file or a pipe, a row is a line."""
        table = RichTable(
            title=_shown(self.title), box=SIMPLE, pad_edge=False, padding=(0, 1, 0, 0), title_justify="left"
        )
        for number, name in enumerate(self.columns):
            table.add_column(_shown(name), justify="right" if number else "left", overflow="fold", no_wrap=number == 0)
        for row in self.rows:
            table.add_row(*map(_shown, row))
        table_console(file).print(table)


def _shown(cell: str) -> str:
    """A cell as `rich` is given it: no markup, and no commands to the terminal."""
    return escape(printable(cell))


def as_markdown(text: str) -> str:
    """Text of folders and configurations as it stands in Markdown: no HTML, no links, no ends of cells."""
    return re.sub(r"([\\|`*~]|\](?=[\[(]))", r"\\\1", html.escape(printable(text), quote=False))
