"""Prodigy's JSONL."""

from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Sequence

from seqmix_plugin.formats.annotation_format import AnnotationFormat
from seqmix_plugin.formats.json_files import (
    Row,
    decoded,
    file_error,
    read_bytes,
    rows,
    shown,
    to_lines,
    unread_labels,
    whole_number,
)
from seqmix_plugin.formats.offsets import Marked, Ruler
from seqmix_plugin.formats.question import Question, shown_text
from seqmix_plugin.formats.reading import Reading

VIEWS = ("ner_manual", "spans_manual", "relations", "blocks")
"""Interfaces in which all spans of a sentence are marked, by `_view_id`."""
KEYS = ("text", "tokens", "spans", "relations", "meta", "answer", "options", "accept", "config", "versions")
"""Those of a row that are read, or in which no span stands."""


@AnnotationFormat.register("prodigy")
class ProdigyFormat(AnnotationFormat):
    """
    Writes a source for `ner.manual` with our words as `tokens`, so that selections snap to them, and the predictions as
    `spans`; reads what `db-out` writes. `meta.id` is our id, `meta.score` the query score; rows stand in the order of
    the questions, as Prodigy shows them.

    `accept` is an answer, `reject` and `ignore` are rejections, and a row without `answer` has not been seen.
    A row counts when it is of an interface in which all spans of a sentence are marked (`ner.manual`, `ner.correct`,
    `spans.manual`, `rel.manual`, blocks with one of these; a `review` of them too). Any other is a problem, as are a
    label of the whole text and rows with `_is_binary`, such as those of `ner.teach`, where accept and reject speak of
    one span alone. Spans of relations are read as well; relations, notes and, beside spans, choices are passed over.
    Choices without spans may mean "no entity", which is what is read, with a warning.

    `token_end` is inclusive here, unlike everywhere else. Annotators are told apart by `_annotator_id` or, without it,
    `_session_id`.

    Registered as an `AnnotationFormat` with name "prodigy".
    """

    def files(
        self, questions: Sequence[Question], labels: Sequence[str], path: Path, model_version: str
    ) -> Dict[Path, str]:
        return {path: to_lines(_row(question, model_version) for question in questions)}

    def collect(self, path: Path, reading: Reading) -> None:
        for place, row in rows(reading.source, decoded(reading.source, read_bytes(path))):
            _collect(row, place, reading)


def _row(question: Question, model_version: str) -> Row:
    sentence, ruler = question.sentence, Ruler(question.sentence)
    spaces = sentence.spaces or (" ",) * (len(sentence) - 1) + ("",)
    tokens = [
        {"text": word, "start": start, "end": end, "id": place, "ws": bool(space)}
        for place, (word, (start, end), space) in enumerate(
            zip(sentence.tokens, sentence.offsets(), spaces, strict=True)
        )
    ]
    spans = []
    for span in question.predicted:
        start, end = ruler.characters(span.start, span.end)
        score = {} if span.score is None else {"score": span.score}
        words = {"token_start": span.start, "token_end": span.end - 1}
        spans.append({"start": start, "end": end, **words, "label": span.label, **score})
    meta = {"id": sentence.id, "score": question.query_score, "round": question.round, "model": model_version}
    return {"text": shown_text(question), "tokens": tokens, "spans": spans, "meta": meta}


def _collect(row: Row, place: str, reading: Reading) -> None:
    meta = row.get("meta")
    if not isinstance(row.get("text"), str) or not isinstance(meta, (dict, type(None))):
        raise file_error(reading.source, place, f"{shown(row)} is no row of Prodigy's; expected 'text' and 'meta'")
    spans = [*_objects(row, "spans", place, reading), *_ends(_objects(row, "relations", place, reading))]
    question = reading.question((meta or {}).get("id"), place, "meta.id")
    if question is None or row.get("answer") is None:
        return
    place = f"{place}, id {question.sentence.id!r}"
    annotator = row.get("_annotator_id") or row.get("_session_id")
    annotator = None if annotator is None else str(annotator)
    problem = _problem(row)
    if problem is not None:
        reading.problem(place, problem)
    elif row["answer"] in ("reject", "ignore"):
        reading.reject(question, annotator, place, row.get("_timestamp"))
    elif reading.same_text(question, row["text"], place):
        ours = _words(row.get("tokens")) == list(question.sentence.tokens)
        marks = [_marked(span, question, ours, place, reading) for span in spans]
        if row.get("accept") and not spans:
            reading.warn(place, f"no span, only choices {shown(row['accept'])}; read as a sentence without entities")
        reading.mark(question, marks, annotator, place, row.get("_timestamp"))


def _problem(row: Row) -> Optional[str]:
    """Why a row says nothing of all spans of its sentence, if it does not."""
    if row.get("_is_binary") not in (None, False):
        return "a yes or no to one span ('_is_binary'); expected rows of ner.manual or ner.correct"
    view = row.get("view_id") if row.get("_view_id") == "review" else row.get("_view_id")
    if view not in (None, *VIEWS) or (view is None and "options" in row and row.get("spans") is None):
        return f"'_view_id' is {shown(view)}; expected one of {', '.join(VIEWS)}, such as ner.manual makes"
    if row["answer"] not in ("accept", "reject", "ignore"):
        return f"'answer' is {shown(row['answer'])}; expected accept, reject or ignore"
    return unread_labels(row, KEYS, "'spans'")


def _objects(row: Row, key: str, place: str, reading: Reading) -> List[Row]:
    value = row.get(key)
    if value is not None and not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
        raise file_error(reading.source, place, f"{key!r} is {shown(value)}; expected a list of objects")
    return value or []


def _ends(relations: List[Row]) -> Iterator[Row]:
    """The spans between which relations are, where they have labels."""
    for relation in relations:
        for span in (relation.get("head_span"), relation.get("child_span")):
            if isinstance(span, dict) and span.get("label") is not None:
                yield span


def _words(tokens: Any) -> List[Any]:
    return (
        [token.get("text") if isinstance(token, dict) else None for token in tokens] if isinstance(tokens, list) else []
    )


def _marked(span: Row, question: Question, ours: bool, place: str, reading: Reading) -> Optional[Marked]:
    """By its characters or, where they are missing, its words; both must say the same when the words are ours."""
    first, last = whole_number(span.get("token_start")), whole_number(span.get("token_end"))
    start, end, label = span.get("start"), span.get("end"), span.get("label")
    if not ours or first is None or last is None:
        return reading.marked(start, end, label, place)
    if not 0 <= first <= last < len(question.sentence):
        reading.problem(place, f"words {first} to {last} (inclusive) are none of the {len(question.sentence)} words")
        return None
    ruler = Ruler(question.sentence)
    characters = ruler.characters(first, last + 1)
    if start is None and end is None:
        return reading.marked(*characters, label, place)
    mark = reading.marked(start, end, label, place)
    stretch = None if mark is None else ruler.words(mark.start, mark.end)
    if mark is not None and stretch is not None and (stretch.start, stretch.end) != (first, last + 1):
        reading.problem(
            place,
            f"characters {start} to {end} are not the words {first} to {last}; expected token_end to be inclusive",
        )
        return None
    return mark
