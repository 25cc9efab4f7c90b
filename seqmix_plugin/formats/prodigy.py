"""Prodigy's JSONL."""

from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from seqmix_plugin.formats.annotation_format import AnnotationFormat
from seqmix_plugin.formats.json_files import Row, decoded, file_error, read_bytes, rows, shown, to_lines, whole_number
from seqmix_plugin.formats.offsets import Marked, Ruler
from seqmix_plugin.formats.question import Question, shown_text
from seqmix_plugin.formats.reading import Reading


@AnnotationFormat.register("prodigy")
class ProdigyFormat(AnnotationFormat):
    """
    Writes a source for `ner.manual` with our words as `tokens`, so that selections snap to them, and the predictions as
    `spans`; reads what `db-out` writes. `meta.id` is our id, `meta.score` the query score; rows stand in the order of
    the questions, as Prodigy shows them.

    `accept` is an answer, `reject` and `ignore` are rejections, and a row without `answer` has not been seen.
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
    meta, spans = row.get("meta"), row.get("spans") or []
    if not isinstance(row.get("text"), str) or not isinstance(meta, (dict, type(None))):
        raise file_error(reading.source, place, f"{shown(row)} is no row of Prodigy's; expected 'text' and 'meta'")
    if not isinstance(spans, list) or not all(isinstance(span, dict) for span in spans):
        raise file_error(reading.source, place, f"'spans' is {shown(spans)}; expected a list of objects")
    question = reading.question((meta or {}).get("id"), place, "meta.id")
    if question is None or row.get("answer") is None:
        return
    place = f"{place}, id {question.sentence.id!r}"
    annotator = row.get("_annotator_id") or row.get("_session_id")
    annotator = None if annotator is None else str(annotator)
    if row["answer"] in ("reject", "ignore"):
        reading.reject(question, annotator, place, row.get("_timestamp"))
    elif row["answer"] != "accept":
        reading.problem(place, f"'answer' is {shown(row['answer'])}; expected accept, reject or ignore")
    elif reading.same_text(question, row["text"], place):
        ours = _words(row.get("tokens")) == list(question.sentence.tokens)
        marks = [_marked(span, question, ours, place, reading) for span in spans]
        reading.mark(question, marks, annotator, place, row.get("_timestamp"))


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
