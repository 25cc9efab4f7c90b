"""Prodigy's JSONL."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Mapping, Optional, Sequence

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.formats.annotation_format import AnnotationFormat
from seqmix_plugin.formats.answer import RawAnswer, RawSpan, named, unread_labels
from seqmix_plugin.formats.character_offsets import CharacterOffsets
from seqmix_plugin.formats.questions import Question
from seqmix_plugin.io.json_text import Row, is_list_of, objects, read_text, shown, to_lines

VIEWS = ("ner_manual", "spans_manual", "relations", "blocks")
"""Interfaces in which all spans of a sentence are marked, by `_view_id`."""
KEYS = ("text", "tokens", "spans", "relations", "meta", "answer", "options", "accept", "config", "versions")
"""Keys of a row that are read, or that hold no spans."""

_BY_TIME = re.compile(r"(|.*-)\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d")


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
    one span alone. A span with `reject` as its own `answer` is no entity. Relations, notes and, beside spans, choices
    are passed over. Choices without spans may mean "no entity", which is what is read, with a warning.

    Spans are read by their characters; the `token_end` that is written is inclusive. Annotators are told apart by
    `_annotator_id` or, without it, `_session_id`. The sessions of a file that Prodigy has named by the time of their
    start are one annotator's, under the name of the first.

    Registered as an `AnnotationFormat` with name "prodigy".
    """

    def files(
        self, questions: Sequence[Question], labels: Sequence[str], path: Path, model_version: str
    ) -> Dict[Path, bytes]:
        return {path: to_lines(_row(question, model_version) for question in questions)}

    def collect(self, path: Path, questions: Mapping[str, Question]) -> Iterator[RawAnswer]:
        rows = list(objects(str(path), read_text(path)))
        names = _annotators(row for _, row in rows)
        for place, row in rows:
            meta = row.get("meta")
            if not isinstance(row.get("text"), str) or not isinstance(meta, (dict, type(None))):
                raise ConfigurationError(f"{place}: {shown(row)} is no row of Prodigy's; expected 'text' and 'meta'")
            spans = row.get("spans")
            if spans is not None and not is_list_of(spans, dict):
                raise ConfigurationError(f"{place}: 'spans' is {shown(spans)}; expected a list of objects")
            raw = RawAnswer.of(place, (meta or {}).get("id"), questions, "meta.id")
            session = _session(row)
            annotator = names.get(session, session)
            yield _answer(row, replace(raw, annotator=annotator, time=row.get("_timestamp")))


def _row(question: Question, model_version: str) -> Row:
    sentence, offsets = question.sentence, CharacterOffsets(question.sentence)
    spaces = sentence.spaces or (" ",) * (len(sentence) - 1) + ("",)
    tokens = [
        {"text": word, "start": start, "end": end, "id": place, "ws": bool(space)}
        for place, (word, (start, end), space) in enumerate(
            zip(sentence.tokens, sentence.offsets(), spaces, strict=True)
        )
    ]
    spans = []
    for span in question.predicted:
        start, end = offsets.of_words(span.start, span.end)
        score = {} if span.score is None else {"score": span.score}
        words = {"token_start": span.start, "token_end": span.end - 1}
        spans.append({"start": start, "end": end, **words, "label": span.label, **score})
    meta = {"id": sentence.id, "score": question.query_score, "round": question.round, "model": model_version}
    return {"text": question.shown_text, "tokens": tokens, "spans": spans, "meta": meta}


def _session(row: Row) -> Optional[str]:
    return named(row.get("_annotator_id") or row.get("_session_id"))


def _annotators(rows: Iterable[Row]) -> Dict[Optional[str], str]:
    """The annotator of each session that is named by its time, of which there is one a start of Prodigy."""
    sessions = sorted({_session(row) or "" for row in rows})
    by_time = {name: found[1] for name in sessions if (found := _BY_TIME.fullmatch(name))}
    first = {data_set: name for name, data_set in reversed(by_time.items())}
    return {name: first[data_set] for name, data_set in by_time.items()}


def _answer(row: Row, raw: RawAnswer) -> RawAnswer:
    if raw.question is None or row.get("answer") is None:
        return raw
    problems = _problems(row)
    if problems or row["answer"] in ("reject", "ignore"):
        return replace(raw, problems=problems, rejected=True)
    taken = [span for span in row.get("spans") or () if span.get("answer") != "reject"]
    spans = [RawSpan(span.get("start"), span.get("end"), span.get("label")) for span in taken]
    choices = f"no span, only choices {shown(row.get('accept'))}; read as a sentence without entities"
    return replace(raw, text=row["text"], spans=spans, warnings=[choices] if row.get("accept") and not spans else [])


def _problems(row: Row) -> List[str]:
    """Why a row does not give all spans of its sentence, if it does not."""
    view = row.get("view_id") if row.get("_view_id") == "review" else row.get("_view_id")
    given = [span["answer"] for span in row.get("spans") or () if span.get("answer") is not None]
    is_binary = row.get("_is_binary") not in (None, False)
    if is_binary or (given and view is None):  # an interface would say that all spans are marked
        key = "'_is_binary'" if is_binary else "'answer' in 'spans'"
        return [f"a yes or no to one span ({key}); expected rows of ner.manual or ner.correct"]
    strange = [answer for answer in given if answer not in ("accept", "reject")]
    if strange:
        return [f"the 'answer' of a span is {shown(strange[0])}; expected accept or reject"]
    if view not in (None, *VIEWS) or (view is None and "options" in row and row.get("spans") is None):
        return [f"'_view_id' is {shown(view)}; expected one of {', '.join(VIEWS)}, such as ner.manual makes"]
    if row["answer"] not in ("accept", "reject", "ignore"):
        return [f"'answer' is {shown(row['answer'])}; expected accept, reject or ignore"]
    return unread_labels(row, KEYS, "'spans'")
