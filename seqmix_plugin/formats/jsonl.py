"""Our own JSONL: questions as a run writes them, answers in tags or in spans of words."""

from pathlib import Path
from typing import Any, Dict, Iterable, Optional, Sequence

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
    whole_lines,
    whole_number,
)
from seqmix_plugin.formats.question import Answer, Question, Span, question_row
from seqmix_plugin.formats.reading import Reading
from seqmix_plugin.io.atomic import write_text
from seqmix_plugin.tag_schemes import InvalidTagError, tags_to_spans

KEYS = (
    *("id", "tags", "spans", "tokens", "spaces", "rejected", "skipped", "draft", "annotator", "time", "annotation"),
    *("withdrawn", "round", "query_score", "predicted"),
)
"""Those of a row that are read, or in which no answer stands."""


@AnnotationFormat.register("jsonl")
class JsonlFormat(AnnotationFormat):
    """
    Writes questions as `read_questions` reads them. Reads answers, an object a line:

    | key | value |
    |---|---|
    | `id` | the question's |
    | `tags` | one BIO tag a word |
    | `spans` | instead of tags, or the same: objects `start`, `end` (exclusive), `label` in word positions |
    | `tokens` | the words; may be left out, otherwise they must be the question's |
    | `rejected` | instead of both: `true` for a sentence that is left out for good |
    | `annotator` | who; may be left out |
    | `time` | a number or a date, later ones greater; may be left out |
    | `annotation` | the tool's name or number of it, so that it can be changed; may be left out |
    | `withdrawn` | `true` for an `annotation` that is taken back: until a later row of it, without `time` for good; without `id` whatever it was of |

    A row with none of the three, such as that of a question, is no answer. `tags` and `spans` in one row must say the
    same, and neither may stand beside `rejected`, `skipped` or `draft`; a span that has a `text` must have that of its
    words; a key that is not read and looks as if labels were in it is a problem.
    Of several rows of one annotator for one sentence the latest counts; without times, the last. Of several rows of one
    annotation only the latest is looked at.

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
    tags, spans, annotator = (row.get(key) for key in ("tags", "spans", "annotator"))
    if question is None:
        return
    when = row.get("time")
    place = f"{place}, id {question.sentence.id!r}"
    annotator = str(annotator) if isinstance(annotator, (str, int)) and not isinstance(annotator, bool) else None
    problem = _problem(row, question)
    if problem is not None:
        reading.problem(place, problem)
        return
    if row.get("rejected"):
        reading.reject(question, annotator, place, when)
        return
    if tags is not None and not (isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)):
        raise file_error(reading.source, place, f"'tags' is {shown(tags)}; expected a list of strings")
    if spans is not None and not (isinstance(spans, list) and all(isinstance(span, dict) for span in spans)):
        raise file_error(reading.source, place, f"'spans' is {shown(spans)}; expected a list of objects")
    found = [_span(span, question, place, reading) for span in spans or ()]
    good = [span for span in found if span is not None]
    if len(good) < len(found):
        return
    if tags is None and spans is not None:
        reading.label(question, good, annotator, place, when)
    elif tags is not None and (spans is None or _same(tags, good)):
        reading.tag(question, tags, annotator, place, when)
    elif tags is not None:
        reading.problem(place, f"'tags' is {shown(tags)} and 'spans' {shown(spans)}; expected the same, or one of them")


def _problem(row: Row, question: Question) -> Optional[str]:
    """What makes a row unclear as a whole."""
    for key in ("rejected", "skipped", "withdrawn"):
        if not isinstance(row.get(key), (bool, type(None))):
            return f"{key!r} is {shown(row[key])}; expected true or false"
    if row.get("withdrawn") and annotation_name(row) is None:
        return "'withdrawn' without 'annotation'; expected the name of what is taken back"
    labelled = row.get("tags") is not None or row.get("spans") is not None
    for key in ("rejected", "skipped", "draft"):
        if row.get(key) and labelled:
            return f"{key!r} beside labels; expected one of them"
    expected = list(question.sentence.tokens)
    if labelled and row.get("tokens") is not None and row["tokens"] != expected:
        return f"the words were changed: {shown(row['tokens'])}; they were {shown(expected)}"
    return unread_labels(row, KEYS, "'tags' or 'spans'")


def _same(tags: Sequence[str], spans: Iterable[Span]) -> bool:
    """Whether they say the same; tags that are none are told of elsewhere."""
    try:
        found, _ = tags_to_spans(tags)
    except InvalidTagError:
        return True
    return {Span(*span) for span in found} == set(spans)


def _span(row: Dict[str, Any], question: Question, place: str, reading: Reading) -> Optional[Span]:
    start, end, label = whole_number(row.get("start")), whole_number(row.get("end")), row.get("label")
    if start is None or end is None or "token_start" in row:  # beside which the others count characters
        reading.problem(place, f"a span is {shown(row)}; expected start and end, word positions, and label")
        return None
    text, words = row.get("text"), " ".join(question.sentence.tokens[max(start, 0) : max(end, 0)])
    if isinstance(text, str) and words and "".join(text.split()) != "".join(words.split()):
        reading.problem(place, f"a span is {shown(row)}, but its words are {shown(words)}; expected word positions")
        return None
    return Span(start, end, str(label)) if reading.known(label, place) else None
