"""Our own JSONL: questions as a run writes them, answers in tags or in spans of words."""

from dataclasses import replace
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Mapping, Optional, Sequence

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.formats.annotation_format import AnnotationFormat
from seqmix_plugin.formats.answer import WORDS, Answer, RawAnswer, RawSpan, named, unread_labels
from seqmix_plugin.formats.questions import Question, question_row
from seqmix_plugin.io.atomic import write_bytes
from seqmix_plugin.io.json_text import Row, decode, is_list_of, objects, read_bytes, shown, to_lines, whole_lines

KEYS = (
    *("id", "tags", "spans", "tokens", "spaces", "rejected", "skipped", "draft", "annotator", "time", "annotation"),
    *("created", "withdrawn", "round", "query_score", "predicted"),
)
"""Keys of a row that are read, or that hold no answer."""


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
    | `rejected` | instead of both: `true` for a sentence that is left out for good; without `annotator` and `annotation`, whatever others gave |
    | `annotator` | who; may be left out |
    | `time` | a number or a date, later ones greater; may be left out |
    | `annotation` | the tool's name or number of it, so that it can be changed; may be left out |
    | `created` | the date of the annotation's first version, which tells installations with equal numbers apart; may be left out |
    | `withdrawn` | `true` for an `annotation` that is taken back: until a later row of it, without `time` for good; without `id` whatever it was of |

    A row without `tags`, `spans` and `rejected`, such as that of a question, is not an answer. `tags` and `spans` in
    one row must agree, and neither may stand beside `rejected`, `skipped` or `draft`; the `text` of a span must be that
    of its words; an unknown key that seems to hold labels is a problem.
    Of several rows of one annotator for one sentence the latest counts; without times, the last. Rows of a file without
    `annotator` and `annotation` are one annotator's. Of several rows of one annotation only the latest is read.

    Registered as an `AnnotationFormat` with name "jsonl".
    """  # noqa: E501  a table cannot be wrapped

    def files(
        self, questions: Sequence[Question], labels: Sequence[str], path: Path, model_version: str
    ) -> Dict[Path, bytes]:
        return {path: to_lines(question_row(question) for question in questions)}

    def collect(self, path: Path, questions: Mapping[str, Question], growing: bool = False) -> Iterator[RawAnswer]:
        """
        As in every format.

        # Parameters

        growing : `bool`, optional (default = `False`)
            Another program may be adding to the file: a last line that is not whole, as also one whose writer has died,
            is left out with a warning, and the file may be empty.
        """
        content = read_bytes(path)
        if growing:
            content, torn = whole_lines(content)
            if torn:
                warning = "not whole, as when it is still being written; it is left out"
                yield RawAnswer(f"{path}, last line", warnings=[warning])
        if content or not growing:
            for place, row in objects(str(path), decode(str(path), content)):
                annotation = named(row.get("annotation"))
                if row.get("withdrawn") is True and annotation is not None:
                    raw = RawAnswer(place, named(row.get("id")), questions.get(str(row.get("id"))))
                else:
                    raw = answer_in(row, RawAnswer.of(place, row.get("id"), questions))
                if annotation is None and named(row.get("annotator")) is None and _is_answer(raw):
                    raw, annotation = replace(raw, is_final=True), str(path)  # versions of one annotation
                yield replace(raw, annotation=annotation, created=row.get("created"), time=row.get("time"))


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
        The questions, with the words.
    """
    sentences = {question.sentence.id: question.sentence for question in questions}
    rows: List[Row] = []
    for name, tags, annotator, _ in answers:
        spaces = sentences[name].spaces
        row: Row = {"id": name, "tokens": sentences[name].tokens}
        row |= {} if spaces is None else {"spaces": spaces}
        somebody = {} if annotator is None else {"annotator": annotator}  # whose rejection is not everybody's
        rows.append(row | ({"rejected": True, **somebody} if tags is None else {"tags": tags}))
    write_bytes(path, to_lines(rows))


def answer_in(row: Row, raw: RawAnswer) -> RawAnswer:
    """
    The answer that a row holds to the question of `raw`; without a question, or labels, it is none. A
    `ConfigurationError` for tags and spans that are no lists.
    """
    if raw.question is None:
        return raw
    tags, spans = row.get("tags"), row.get("spans")
    problem = _problem(row, raw.question)
    if problem is not None:
        return replace(raw, problems=[problem])
    if tags is not None and not is_list_of(tags, str):
        raise ConfigurationError(f"{raw.place}: 'tags' is {shown(tags)}; expected a list of strings")
    if spans is not None and not is_list_of(spans, dict):
        raise ConfigurationError(f"{raw.place}: 'spans' is {shown(spans)}; expected a list of objects")
    if any("token_start" in span for span in spans or ()):
        problem = "a span with 'token_start', beside which others count characters; expected word positions"
        return replace(raw, problems=[problem])
    return replace(
        raw,
        tags=tags,
        spans=None if spans is None else [RawSpan(*map(span.get, ("start", "end", "label", "text"))) for span in spans],
        unit=WORDS,
        rejected=bool(row.get("rejected")),
        annotator=named(row.get("annotator")),
    )


def _is_answer(raw: RawAnswer) -> bool:
    given = raw.rejected or raw.tags is not None or raw.spans is not None or bool(raw.problems)
    return given and raw.sentence_id is not None


def _problem(row: Row, question: Question) -> Optional[str]:
    """What makes a row unclear as a whole."""
    for key in ("rejected", "skipped", "withdrawn"):
        if not isinstance(row.get(key), (bool, type(None))):
            return f"{key!r} is {shown(row[key])}; expected true or false"
    if row.get("withdrawn") and named(row.get("annotation")) is None:
        return "'withdrawn' without 'annotation'; expected the name of what is taken back"
    labelled = row.get("tags") is not None or row.get("spans") is not None
    for key in ("rejected", "skipped", "draft"):
        if row.get(key) and labelled:
            return f"{key!r} beside labels; expected one of them"
    expected = list(question.sentence.tokens)
    if labelled and row.get("tokens") is not None and row["tokens"] != expected:
        return f"the words were changed: {shown(row['tokens'])}; they were {shown(expected)}"
    return next(iter(unread_labels(row, KEYS, "'tags' or 'spans'")), None)
