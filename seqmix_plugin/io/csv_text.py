"""CSV whose text a spreadsheet shows as text and does not evaluate."""

import csv
import io
import re
from typing import Any, Iterable, Mapping, Sequence

from seqmix_plugin.errors import printable

FORMULA = re.compile(r"(^|[;,|])(\s*)(?=['=+\-@\\＝＋－＠])")
"""Where a cell may begin, also in spreadsheets with other separators, before a character that makes it a formula."""


def as_cell(text: str) -> str:
    """
    A text as a cell: a `'` is put before a formula, so that it is shown as text, and before another `'`, so that
    different texts stay different. Characters that are not printable are escaped as Python does.
    """
    return FORMULA.sub(r"\1\2'", printable(text))


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as CSV. A missing value is an empty cell; keys without a column are left out."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(map(as_cell, columns))
    for row in rows:
        values = (row.get(column, "") for column in columns)
        writer.writerow(as_cell(value) if isinstance(value, str) else value for value in values)
    return file.getvalue()
