"""Label Studio's tasks."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence
from xml.sax.saxutils import quoteattr

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.formats.annotation_format import AnnotationFormat
from seqmix_plugin.formats.json_files import Row, decoded, file_error, parsed, read_bytes, shown
from seqmix_plugin.formats.offsets import CODE_POINTS, UTF16, Ruler
from seqmix_plugin.formats.question import Question, Span, shown_text
from seqmix_plugin.formats.reading import Reading
from seqmix_plugin.formats.regions import minimal_result, read_marks

COLOURS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#999999")
"""Of the labels, in turn; readers with any colour vision tell them apart (Okabe and Ito)."""
KEPT = ("created_at", "updated_at", "was_cancelled", "skipped")
"""Keys of an annotation that are called so in a row of JSON-MIN too."""


@AnnotationFormat.register("label_studio")
class LabelStudioFormat(AnnotationFormat):
    """
    Writes tasks with predictions as Label Studio imports them, and beside them, as `<name>.config.xml`, the labelling
    configuration that they need. Reads its exports JSON and JSON-MIN, and files from before 1.0 (`completions`).

    Our id stands in `data.id` and, because JSON-MIN writes the task's number over that, in `data.sentence_id`. A task
    without annotations is not answered. A cancelled annotation is a rejection, whatever is marked in it.

    The regions of type `labels` are read, of all controls of an annotation. Any other region is a problem, and then
    nothing of the annotation is taken: other types such as `hypertextlabels`, a taxonomy that labels spans, two texts.
    Choices, ratings and text fields beside labels are passed over; without labels they may mean "no entity", which is
    what is read, with a warning; so is what the last review did not accept. Passed over are also relations, comments
    and other notes, `ground_truth`, drafts and predictions.

    Offsets are code points, as in Label Studio itself since 2022; where the tool's own `value.text` stands only where
    UTF-16 code units say, as older ones write, they are read so, with a warning.

    Registered as an `AnnotationFormat` with name "label_studio".
    """

    ending = ".json"
    units = (CODE_POINTS, UTF16)
    refused = re.compile("\0")  # PostgreSQL, which it may keep its data in, has no such text

    def files(
        self, questions: Sequence[Question], labels: Sequence[str], path: Path, model_version: str
    ) -> Dict[Path, str]:
        tasks = [task(question, model_version) for question in questions]
        text = json.dumps(tasks, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        return dict(zip(self.paths(path), (text, labelling_config(labels)), strict=True))

    def paths(self, path: Path) -> List[Path]:
        return [path, path.with_name(f"{path.stem}.config.xml")]

    def collect(self, path: Path, reading: Reading) -> None:
        tasks = parsed(reading.source, decoded(reading.source, read_bytes(path)))
        tasks = tasks if isinstance(tasks, list) else [tasks]
        if not tasks:
            raise ConfigurationError(f"{reading.source}: no task in this file; expected an export of Label Studio")
        for number, row in enumerate(tasks, 1):
            collect_task(row, f"task {number}", reading)


def labelling_config(labels: Sequence[str]) -> str:
    """The labelling configuration of a project: one `Label` an entity type; all spaces are shown."""
    lines = [
        f"    <Label value={quoteattr(label)} background={quoteattr(COLOURS[number % len(COLOURS)])}/>\n"
        for number, label in enumerate(labels)
    ]
    return (
        "<View>\n"
        "  <Style>.htx-text, .htx-richtext, .lsf-htx-richtext { white-space: pre-wrap; }</Style>\n"
        '  <Labels name="label" toName="text">\n' + "".join(lines) + "  </Labels>\n"
        '  <Text name="text" value="$text"/>\n'
        "</View>\n"
    )


def task(question: Question, model_version: str) -> Row:
    """A task with the model's prediction, if there is any."""
    name = question.sentence.id
    data = {
        "text": shown_text(question),
        "id": name,
        "sentence_id": name,
        "round": question.round,
        "query_score": question.query_score,
    }
    empty = not question.predicted and question.query_score is None
    return {"data": data, "predictions": [] if empty else [prediction(question, model_version)]}


def prediction(question: Question, model_version: str) -> Row:
    """What the model would say, as a task or an answer of a machine-learning back-end holds it."""
    confidence = {} if question.query_score is None else {"score": confidence_of(question.query_score)}
    ruler = Ruler(question.sentence)
    regions = [_region(question, number, ruler) for number in range(len(question.predicted))]
    return {"model_version": model_version, **confidence, "result": regions}


def confidence_of(query_score: float) -> float:
    """
    A query score q as the score of a prediction, (1 - q / (1 + |q|)) / 2. Label Studio takes numbers from 0 to 1 and
    shows the lowest first: the higher q, the lower it is, whatever the policy and the round, and 1/2 for q = 0.
    """
    return (1 - query_score / (1 + abs(query_score))) / 2


def collect_task(row: Any, place: str, reading: Reading) -> None:
    """
    Puts in the annotations of one task.

    # Parameters

    row : `Any`
        A task of an export, of either kind.
    place : `str`
        Where it stands.
    reading : `Reading`
        What it is put into.

    # Raises

    `ConfigurationError`
        When it is no task.
    """
    if not isinstance(row, dict):
        raise file_error(reading.source, place, f"{shown(row)} is no task; expected an object with 'data' or 'text'")
    data = row.get("data", row)
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        raise file_error(reading.source, place, f"{shown(row)} has no 'text'; expected a task of this project")
    reading.annotation(None)  # what is wrong with the task is none of the annotation's before
    question = reading.question(data.get("sentence_id", data.get("id")), place, "data.id")
    if question is None:
        return
    place = f"{place}, id {question.sentence.id!r}"
    annotations = _annotations(row, place, reading)
    if not annotations or not reading.same_text(question, data["text"], place):
        return
    for annotation in annotations:
        when = annotation.get("updated_at") or annotation.get("created_at")
        reading.annotation(annotation.get("id"), question.sentence.id, when)
        _collect(annotation, question, place, when, reading)


def _collect(annotation: Row, question: Question, place: str, when: Any, reading: Reading) -> None:
    cancelled = annotation.get("was_cancelled"), annotation.get("skipped")
    strange = next((flag for flag in cancelled if not isinstance(flag, (bool, type(None)))), None)
    if strange is not None:
        reading.problem(place, f"'was_cancelled' or 'skipped' is {shown(strange)}; expected true or false")
    elif any(cancelled):
        reading.reject(question, _annotator(annotation), place, when)
    else:
        if _was_refused(annotation.get("reviews")):
            reading.warn(place, "the last review did not accept it; it is read all the same")
        marks = read_marks(annotation.get("result"), place, reading)
        reading.mark(question, marks, _annotator(annotation), place, when)


def _was_refused(reviews: Any) -> bool:
    """What a reviewer in Label Studio Enterprise said last."""
    given = [review for review in reviews if isinstance(review, dict)] if isinstance(reviews, list) else []
    last = max(reversed(given), key=lambda review: str(review.get("created_at") or ""), default={})
    return last.get("accepted") is False


def _annotations(row: Row, place: str, reading: Reading) -> List[Row]:
    """Those of a task, in one form."""
    if "data" not in row:
        return _minimal(row)
    if row.get("result") is not None:
        raise file_error(reading.source, place, "a 'result' of the task itself; expected it in 'annotations'")
    found: List[Row] = []
    for key in ("annotations", "completions"):
        annotations = [] if row.get(key) is None else row[key]
        if not isinstance(annotations, list) or not all(isinstance(annotation, dict) for annotation in annotations):
            raise file_error(reading.source, place, f"{key!r} is {shown(annotations)}; expected a list of objects")
        found += annotations
    return found


def _minimal(row: Row) -> List[Row]:
    """JSON-MIN: a row is one annotation; a task without any is a row without its number."""
    result = minimal_result(row)
    if row.get("annotation_id") is None and not any(region["type"].endswith("labels") for region in result):
        return []
    kept: Row = {key: row[key] for key in KEPT if key in row}
    return [{"id": row.get("annotation_id"), "result": result, "completed_by": row.get("annotator"), **kept}]


def _annotator(annotation: Row) -> Optional[str]:
    """The user's number, or an address where there is none: webhooks and most exports have numbers."""
    value = annotation.get("completed_by")
    if isinstance(value, dict):
        value = value.get("email") if value.get("id") is None else value["id"]
    return str(value) if isinstance(value, (str, int)) and value != "" else None


def _region(question: Question, number: int, ruler: Ruler) -> Row:
    span: Span = question.predicted[number]
    start, end = ruler.characters(span.start, span.end)
    score = {} if span.score is None else {"score": span.score}
    digest = hashlib.sha256(f"{question.sentence.id}\0{number}".encode()).hexdigest()
    return {
        "id": digest[:16],
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "value": {"start": start, "end": end, "text": ruler.text(start, end), "labels": [span.label], **score},
        **score,  # its documents and its back-ends have it in different places
    }
