"""The results of an annotation in Label Studio: labelled stretches of text, and what stands beside them."""

from typing import Any, List, Optional, Sequence, Tuple

from seqmix_plugin.formats.json_files import Row, file_error, shown
from seqmix_plugin.formats.offsets import Marked
from seqmix_plugin.formats.reading import Reading

LABELS = "labels"
"""The type of a region of plain text."""
OTHERS = ("choices", "taxonomy", "textarea", "rating", "number", "datetime", "pairwise", "ranker", "relation")
"""Types of results that say something of a text, or of a region that is there anyway, and make none of their own."""
OF_OTHER_TEXTS = ("startOffset", "endOffset", "globalOffsets")
"""Keys of regions in HTML and dialogues, whose offsets are not those of the text."""
OF_A_ROW = (
    *("text", "id", "sentence_id", "round", "query_score", "annotator", "annotation_id", "annotators"),
    *("created_at", "updated_at", "lead_time"),
)
"""Keys of a row of JSON-MIN that hold no result."""

_HINT = "use the labelling configuration that is exported with the questions"


def read_marks(result: Any, place: str, reading: Reading) -> List[Optional[Marked]]:
    """
    The labelled stretches of an annotation, those of all its controls, with a `None` for each result that could be one
    and cannot be read. Without any, choices and the like are taken for "no entity", with a warning; beside labels, and
    between them (relations), they are passed over.

    # Raises

    `ConfigurationError`
        When there is no list of results.
    """
    if result is None:
        reading.problem(place, "'result' is null; expected a list of regions")
        return [None]
    if not isinstance(result, list) or not all(isinstance(region, dict) for region in result):
        raise file_error(reading.source, place, f"'result' is {shown(result)}; expected a list of regions")
    labelled = [region for region in result if region.get("type", LABELS) == LABELS]
    others = [region for region in result if region.get("type", LABELS) != LABELS]
    marks = [_mark(region, place, reading) for region in labelled]
    problems = [problem for region in others for problem in _misfits(region, [_ends(region) for region in labelled])]
    texts = sorted({shown(region["to_name"]) for region in labelled if "to_name" in region})
    if len(texts) > 1:
        problems.append(f"labels in several texts, {', '.join(texts)}; expected one: {_HINT}")
    for problem in problems:
        reading.problem(place, problem)
    if others and not labelled and not problems:
        kinds = ", ".join(sorted({_kind(region) for region in others}))
        reading.warn(place, f"no span, only {kinds}; read as a sentence without entities")
    return [*marks, *(None for _ in problems)]


def minimal_result(row: Row) -> List[Row]:
    """The results in a row of JSON-MIN, which has a key a control; there are no types."""
    found = []
    for key, values in row.items():
        if key not in OF_A_ROW and isinstance(values, (dict, list, str)):
            for value in values if isinstance(values, list) else [values]:
                found.append({"type": _type(value) if isinstance(value, dict) else "choices", "value": value})
    return found


def _type(value: Row) -> str:
    """What a result is by its keys; that of a text field has none of its own."""
    if LABELS in value:
        return LABELS
    return next(
        (key for key in value if key.endswith(LABELS)), next((key for key in OTHERS if key in value), "textarea")
    )


def _kind(region: Row) -> str:
    return shown(region.get("type")).strip('"')


def _ends(region: Row) -> Tuple[Any, Any]:
    value = region.get("value")
    return (value.get("start"), value.get("end")) if isinstance(value, dict) else (None, None)


def _misfits(region: Row, spans: Sequence[Tuple[Any, Any]]) -> List[str]:
    """Why a result that is no label might be one: at most one reason."""
    if region.get("type") not in OTHERS:
        return [f"a region of type {_kind(region)}; expected labels: {_HINT}"]
    value = region.get("value")
    key = next((key for key in value if key.endswith(LABELS)), None) if isinstance(value, dict) else None
    if key is not None:
        return [f"{_kind(region)} with {shown(key)}; expected a region of type labels: {_HINT}"]
    start, end = _ends(region)
    if (start, end) != (None, None) and (start, end) not in spans:
        return [f"{_kind(region)} from {shown(start)} to {shown(end)}, where no label is; expected labels: {_HINT}"]
    return []


def _mark(region: Row, place: str, reading: Reading) -> Optional[Marked]:
    value = region.get("value")
    if not isinstance(value, dict):
        raise file_error(reading.source, place, f"'value' is {shown(value)}; expected an object")
    labels = value.get(LABELS)
    if not isinstance(labels, list) or len(labels) != 1:
        reading.problem(place, f"the labels of a span are {shown(labels)}; expected one")
        return None
    other = next((key for key in value if key in OF_OTHER_TEXTS or (key.endswith(LABELS) and key != LABELS)), None)
    if other is not None:
        reading.problem(place, f"a span with {other!r}; expected one of plain text: {_HINT}")
        return None
    return reading.marked(value.get("start"), value.get("end"), labels[0], place, value.get("text"))
