"""The rows of Label Studio's export JSON-MIN, as annotations of its JSON."""

from contextlib import suppress
from typing import Any, List

from seqmix_plugin.io.json_text import Row, parse

LABELS = "labels"
"""The type of a region of plain text."""
KEPT = ("created_at", "updated_at", "was_cancelled", "skipped")
"""Keys of an annotation that are called so in a row too."""
OF_A_ROW = (
    *("text", "id", "sentence_id", "round", "query_score", "annotator", "annotation_id", "annotators"),
    *("created_at", "updated_at", "lead_time"),
)
"""Keys of a row that hold no result."""


def annotations_of_row(row: Row) -> List[Row]:
    """A row is one annotation, with a key a control; a task without any is a row without its number."""
    result = []
    for key, values in row.items():
        if key not in OF_A_ROW and isinstance(values, (dict, list, str)):
            for value in _values(values):
                kind = _type(value) if isinstance(value, dict) else "choices"
                result.append({"type": kind, "value": value, "from_name": key})
    if row.get("annotation_id") is None and not any(str(region["type"]).endswith(LABELS) for region in result):
        return []
    kept: Row = {key: row[key] for key in KEPT if key in row}
    return [{"id": row.get("annotation_id"), "result": result, "completed_by": row.get("annotator"), **kept}]


def _values(values: Any) -> List[Any]:
    """What a control holds, also where a table has made text of it."""
    if isinstance(values, str) and values.lstrip().startswith(("[", "{")):
        with suppress(ValueError):
            values = parse(values, strict=False)
    return values if isinstance(values, list) else [values]


def _type(value: Row) -> str:
    """The type of a result by its keys; that of a text field has no key of its own."""
    kinds = sorted((key for key in value if key not in ("start", "end", "text")), key=lambda key: key != LABELS)
    return next(iter(kinds), "textarea")
