"""CSV in which text stays text, whatever a spreadsheet makes of it."""

import csv
import io
import re
from typing import Any, Iterable, Mapping, Sequence

from seqmix_plugin.errors import printable

FORMULA = re.compile(r"(^|[;,|])(\s*)(?=['=+\-@\\＝＋－＠])")
"""Where a cell may begin, in spreadsheets that separate by other characters too, with what makes it a formula."""


def as_cell(text: str) -> str:
    """
    A text as a cell: a `'` stands before what would be a formula, so that it is shown as text, and before another `'`,
    so that no two texts become one. What cannot be seen stands as Python writes it.
    """
    return FORMULA.sub(r"\1\2'", printable(text))


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as CSV. What a row lacks is an empty cell, and what is in no column is left out."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(map(as_cell, columns))
    for row in rows:
        values = (row.get(column, "") for column in columns)
        writer.writerow(as_cell(value) if isinstance(value, str) else value for value in values)
    return file.getvalue()
