"""Label Studio's exports JSON and JSON-MIN."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Tuple

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.formats.annotation_format import AnnotationFormat
from seqmix_plugin.formats.answer import RawAnswer, RawSpan, named, unread_labels
from seqmix_plugin.formats.label_studio_minimal import LABELS, annotations_of_row
from seqmix_plugin.formats.label_studio_tasks import labelling_config, task
from seqmix_plugin.formats.questions import Question
from seqmix_plugin.io.json_text import Row, is_list_of, parse_at, read_text, shown

OF_OTHER_TEXTS = ("startOffset", "endOffset", "globalOffsets")
"""Keys of regions in HTML and dialogues, whose offsets are not those of the text."""

_HINT = "use the labelling configuration that is exported with the questions"


@AnnotationFormat.register("label_studio")
class LabelStudioFormat(AnnotationFormat):
    """
    Writes tasks with predictions as Label Studio imports them, and beside them, as `<name>.config.xml`, the labelling
    configuration that they need. Reads its exports JSON and JSON-MIN.

    Our id stands in `data.id` and, because JSON-MIN writes the task's number over that, in `data.sentence_id`. A task
    without annotations is not answered. A cancelled annotation is a rejection, whatever its regions are.

    The regions of type `labels` are read, of all controls of an annotation. Any other region is a problem, and then
    nothing of the annotation is taken: other types such as `hypertextlabels`, a taxonomy that labels spans, two texts.
    Choices, ratings and text fields beside labels are ignored; without labels they may mean "no entity" and are read
    so, with a warning. An annotation that the last review did not accept is read with a warning. Relations, comments
    and other notes, `ground_truth`, drafts and predictions are ignored.

    Offsets are code points, as in Label Studio itself since 2022; in a text with an emoji, a region whose `value.text`
    stands elsewhere is a problem: older versions count UTF-16 code units.

    In JSON-MIN the regions of a control may stand as text, as in a table. Without any region, other text under a key
    that seems to hold labels is a problem.

    Registered as an `AnnotationFormat` with name "label_studio".
    """

    ending = ".json"
    refused = re.compile("\0")  # PostgreSQL, which it may keep its data in, has no such text

    def files(
        self, questions: Sequence[Question], labels: Sequence[str], path: Path, model_version: str
    ) -> Dict[Path, bytes]:
        tasks = [task(question, model_version) for question in questions]
        text = json.dumps(tasks, ensure_ascii=False, indent=1) + "\n"
        contents = text.encode("utf-8"), labelling_config(labels).encode("utf-8")
        return dict(zip(self.paths(path), contents, strict=True))

    def paths(self, path: Path) -> List[Path]:
        return [path, path.with_name(f"{path.stem}.config.xml")]

    def collect(self, path: Path, questions: Mapping[str, Question]) -> Iterator[RawAnswer]:
        tasks = parse_at(str(path), read_text(path))
        tasks = tasks if isinstance(tasks, list) else [tasks]
        if not tasks:
            raise ConfigurationError(f"{path}: no task in this file; expected an export of Label Studio")
        for number, row in enumerate(tasks, 1):
            place = f"{path}, task {number}"
            if not isinstance(row, dict):
                raise ConfigurationError(f"{place}: {shown(row)} is no task; expected an object with 'data' or 'text'")
            data = row.get("data", row)
            if not isinstance(data, dict) or not isinstance(data.get("text"), str):
                raise ConfigurationError(f"{place}: {shown(row)} has no 'text'; expected a task of this project")
            raw = RawAnswer.of(place, data.get("sentence_id", data.get("id")), questions, "data.id")
            if raw.question is None:
                yield _dated(row, raw)
            else:
                for annotation in _annotations(row, raw.place):
                    yield annotation_answer(annotation, replace(raw, text=data["text"]))


def annotation_answer(annotation: Row, raw: RawAnswer) -> RawAnswer:
    """
    # Parameters

    annotation : `Row`
        An annotation of a task, as exports and webhooks hold it.
    raw : `RawAnswer`
        Its place, its question and the task's text.

    # Returns

    `RawAnswer`
        The answer, unchecked.

    # Raises

    `ConfigurationError`
        When it is no annotation.
    """
    user = annotation.get("completed_by")
    if isinstance(user, dict):
        user = user.get("email") if user.get("id") is None else user["id"]
    raw = replace(
        raw,
        annotator=named(user) or None,  # the user's number where there is one: webhooks and most exports have it
        annotation=named(annotation.get("id")),
        created=annotation.get("created_at"),
        time=annotation.get("updated_at") or annotation.get("created_at"),
    )
    cancelled = annotation.get("was_cancelled"), annotation.get("skipped")
    strange = next((flag for flag in cancelled if not isinstance(flag, (bool, type(None)))), None)
    if strange is not None:
        problem = f"'was_cancelled' or 'skipped' is {shown(strange)}; expected true or false"
        return replace(raw, problems=[problem])
    if any(cancelled):
        return replace(raw, rejected=True)
    refused = "the last review did not accept it; it is read all the same"
    raw = replace(raw, warnings=[refused] if _was_refused(annotation.get("reviews")) else [])
    return _with_spans(annotation.get("result"), raw)


def _dated(row: Row, raw: RawAnswer) -> RawAnswer:
    """A task of another question, with number and date of an annotation, which tell the installation of the file."""
    listed = row.get("annotations")
    first: Row = listed[0] if is_list_of(listed, dict) and listed else {}
    number, created = first.get("id", row.get("annotation_id")), first.get("created_at", row.get("created_at"))
    return raw if raw.sentence_id is None else replace(raw, annotation=named(number), created=created)


def _annotations(row: Row, place: str) -> List[Row]:
    """The annotations of a task of JSON, or the one in a row of JSON-MIN."""
    if "data" not in row:
        return annotations_of_row(row)
    for key in ("result", "completions"):
        if row.get(key) is not None:
            raise ConfigurationError(
                f"{place}: {key!r} in the task itself; expected 'annotations', as Label Studio exports them since 1.0"
            )
    found = [] if row.get("annotations") is None else row["annotations"]
    if not is_list_of(found, dict):
        raise ConfigurationError(f"{place}: 'annotations' is {shown(found)}; expected a list of objects")
    return found


def _was_refused(reviews: Any) -> bool:
    """The last verdict of a reviewer in Label Studio Enterprise."""
    given = [review for review in reviews if isinstance(review, dict)] if isinstance(reviews, list) else []
    last = max(reversed(given), key=lambda review: str(review.get("created_at") or ""), default={})
    return last.get("accepted") is False


def _with_spans(result: Any, raw: RawAnswer) -> RawAnswer:
    """
    The labelled regions of an annotation, those of all its controls, and a problem for each result that could be one
    and cannot be read. Without any, choices and the like are taken for "no entity", with a warning; beside labels, and
    between them (relations), they are passed over.
    """
    if result is None:
        return replace(raw, problems=["'result' is null; expected a list of regions"])
    if not is_list_of(result, dict):
        raise ConfigurationError(f"{raw.place}: 'result' is {shown(result)}; expected a list of regions")
    labelled = [region for region in result if region.get("type", LABELS) == LABELS]
    others = [region for region in result if region.get("type", LABELS) != LABELS]
    problems, spans = [], []
    for region in labelled:
        value = region.get("value")
        if not isinstance(value, dict):
            raise ConfigurationError(f"{raw.place}: 'value' is {shown(value)}; expected an object")
        labels = value.get(LABELS)
        other = next((key for key in value if key in OF_OTHER_TEXTS or (key.endswith(LABELS) and key != LABELS)), None)
        if not isinstance(labels, list) or len(labels) != 1:
            problems.append(f"the labels of a span are {shown(labels)}; expected one")
        elif other is not None:
            problems.append(f"a span with {other!r}; expected one of plain text: {_HINT}")
        else:
            spans.append(RawSpan(value.get("start"), value.get("end"), labels[0], value.get("text")))
    ends = [_ends(region) for region in labelled]
    misfits = [region for region in others if _may_label(region, ends)]
    problems += [f"a region of type {_kind(region)}; expected labels: {_HINT}" for region in misfits]
    texts = sorted({shown(region["to_name"]) for region in labelled if "to_name" in region})
    if len(texts) > 1:
        problems.append(f"labels in several texts, {', '.join(texts)}; expected one: {_HINT}")
    if not labelled:
        problems += unread_labels(_without_place(others), (), "objects with 'start', 'end' and 'labels'")
    warnings = [*raw.warnings]
    if others and not labelled and not problems:
        kinds = ", ".join(sorted({_kind(region) for region in others}))
        warnings.append(f"no span, only {kinds}; read as a sentence without entities")
    return replace(raw, spans=spans, problems=problems, warnings=warnings)


def _without_place(regions: Sequence[Row]) -> Row:
    """The values that are no objects, by their controls: choices of JSON-MIN, or labels that have lost their places."""
    found: Row = {}
    for region in regions:
        if isinstance(region.get("value"), (str, list)):
            found.setdefault(str(region.get("from_name")), []).append(region["value"])
    return found


def _kind(region: Row) -> str:
    return shown(region.get("type")).strip('"')


def _ends(region: Row) -> Tuple[Any, Any]:
    value = region.get("value")
    return (value.get("start"), value.get("end")) if isinstance(value, dict) else (None, None)


def _may_label(region: Row, labelled: Sequence[Tuple[Any, Any]]) -> bool:
    """Whether a result of another type labels something: it has labels, or a place where no label is."""
    value = region.get("value")
    names = [_kind(region), *(value if isinstance(value, dict) else ())]
    return any(name.lower().endswith(LABELS) for name in names) or _ends(region) not in [(None, None), *labelled]
