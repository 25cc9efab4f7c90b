"""Our own JSONL: questions as a run writes them, answers in tags or in spans of words."""

from pathlib import Path
from typing import Any, Dict, Iterable, Optional, Sequence

from seqmix_plugin.atomic_files import write_text
from seqmix_plugin.formats.annotation_format import AnnotationFormat
from seqmix_plugin.formats.json_files import (
    Row,
    decoded,
    file_error,
    read_bytes,
    rows,
    shown,
    to_lines,
    whole_lines,
    whole_number,
)
from seqmix_plugin.formats.question import Answer, Question, Span, question_row
from seqmix_plugin.formats.reading import Reading


@AnnotationFormat.register("jsonl")
class JsonlFormat(AnnotationFormat):
    """
    Writes questions as `read_questions` reads them. Reads answers, an object a line:

    | key | value |
    |---|---|
    | `id` | the question's |
    | `tags` | one BIO tag a word |
    | `spans` | instead of tags: objects `start`, `end` (exclusive), `label` in word positions |
    | `tokens` | the words; may be left out, otherwise they must be the question's |
    | `rejected` | instead of both: `true` for a sentence that is left out for good |
    | `annotator` | who; may be left out |
    | `time` | a number or a date, later ones greater; may be left out |
    | `annotation` | the tool's name or number of it, so that it can be changed; may be left out |
    | `withdrawn` | `true` for an `annotation` that is taken back: until a later row of it, without `time` for good; without `id` whatever it was of |

    A row with none of the three, such as that of a question, is no answer. Of several rows of one annotator for one
    sentence the latest counts; without times, the last. Of several rows of one annotation only the latest is looked at.

    Registered as an `AnnotationFormat` with name "jsonl".
    """  # noqa: E501  a table cannot be wrapped

    def files(
        self, questions: Sequence[Question], labels: Sequence[str], path: Path, model_version: str
    ) -> Dict[Path, str]:
        return {path: to_lines(question_row(question) for question in questions)}

    def collect(self, path: Path, reading: Reading) -> None:
        _collect_all(read_bytes(path), reading)

    def collect_growing(self, path: Path, reading: Reading) -> None:
        """The same for a file to which another program may be adding just now: a last line that is not whole, as also
        one whose writer has died, is left out with a warning, and there may be nothing in it yet."""
        content, torn = whole_lines(read_bytes(path))
        if torn:
            reading.warn("last line", "not whole, as when it is still being written; it is left out")
        if content:
            _collect_all(content, reading)


def write_answers(path: Path, answers: Iterable[Answer], questions: Iterable[Question]) -> None:
    """
    Writes answers as rows `id`, `tokens`, `tags` and, where there are, `spaces`, whole or not at all; the reader
    `jsonl_sentences` reads them as well. Answers without tags become rows with `rejected`, which it does not read.

    # Parameters

    path : `Path`
        The file; an older one is replaced.
    answers : `Iterable[Answer]`
        With tags, or rejections.
    questions : `Iterable[Question]`
        Where their words are.
    """
    sentences = {question.sentence.id: question.sentence for question in questions}
    lines = (
        {
            "id": name,
            "tokens": sentences[name].tokens,
            **({} if sentences[name].spaces is None else {"spaces": sentences[name].spaces}),
            **({"rejected": True} if tags is None else {"tags": tags}),
        }
        for name, tags, _, _ in answers
    )
    write_text(path, to_lines(lines))


def _collect_all(content: bytes, reading: Reading) -> None:
    for place, row in rows(reading.source, decoded(reading.source, content)):
        name = row.get("id")
        reading.annotation(row.get("annotation"), None if name is None else str(name), row.get("time"))
        if row.get("withdrawn") is not True or annotation_name(row) is None:
            _collect(row, place, reading)


def annotation_name(row: Row) -> Optional[str]:
    """What a row calls its annotation, if it does."""
    name = row.get("annotation")
    return str(name) if isinstance(name, (str, int)) and not isinstance(name, bool) else None


def _collect(row: Row, place: str, reading: Reading) -> None:
    question = reading.question(row.get("id"), place)
    tags, spans, tokens, annotator = (row.get(key) for key in ("tags", "spans", "tokens", "annotator"))
    if question is None:
        return
    when = row.get("time")
    place = f"{place}, id {question.sentence.id!r}"
    annotator = annotator if isinstance(annotator, str) else None
    if row.get("rejected") is True:
        reading.reject(question, annotator, place, when)
        return
    if tags is None and spans is None:
        return
    if tags is not None and not (isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)):
        raise file_error(reading.source, place, f"'tags' is {shown(tags)}; expected a list of strings")
    if tags is None and not (isinstance(spans, list) and all(isinstance(span, dict) for span in spans)):
        raise file_error(reading.source, place, f"'spans' is {shown(spans)}; expected a list of objects")
    if tokens is not None and tokens != list(question.sentence.tokens):
        expected = shown(list(question.sentence.tokens))
        reading.problem(place, f"the words were changed: {shown(tokens)}; they were {expected}")
        return
    if tags is not None:
        reading.tag(question, tags, annotator, place, when)
    else:
        found = [_span(span, place, reading) for span in spans or ()]
        good = [span for span in found if span is not None]
        if len(good) == len(found):
            reading.label(question, good, annotator, place, when)


def _span(row: Dict[str, Any], place: str, reading: Reading) -> Optional[Span]:
    start, end, label = whole_number(row.get("start")), whole_number(row.get("end")), row.get("label")
    if start is None or end is None:
        reading.problem(place, f"a span is {shown(row)}; expected start and end, word positions, and label")
        return None
    return Span(start, end, label) if isinstance(label, str) and reading.known(label, place) else None
