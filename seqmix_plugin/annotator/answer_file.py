"""The annotation of a sentence, and the file with an annotator's, in our own JSONL format, which a run reads."""

from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

from pydantic import ValidationError

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.formats import Question, Span
from seqmix_plugin.io.atomic import disk_errors, write_bytes
from seqmix_plugin.io.folder_guard import remove
from seqmix_plugin.io.json_text import Row, objects, read_text, to_lines
from seqmix_plugin.io.stored import Stored, first_problem
from seqmix_plugin.tag_schemes import spans_to_tags, tags_to_spans

OPEN, ANSWERED, SKIPPED, REJECTED = "open", "answered", "skipped", "rejected"
"""The status of a sentence; only the labels of an answered one count."""

Spans = Tuple[Span, ...]


@dataclass(frozen=True)
class Labelling:
    """
    # Parameters

    spans : `Tuple[Span, ...]`
        In order, not overlapping.
    status : `str`, optional (default = `"open"`)
        `open`, `answered`, `skipped` or `rejected`.
    time : `str`, optional (default = `None`)
        When the status, or a label of an answered sentence, was last changed: ISO 8601 in UTC.
    """

    spans: Spans
    status: str = OPEN
    time: Optional[str] = None

    def span_at(self, word: int) -> Optional[Span]:
        """The span that contains a word, if there is one."""
        return next((span for span in self.spans if span.start <= word < span.end), None)

    def without(self, start: int, end: int) -> Spans:
        """The spans that contain none of these words; the end is exclusive."""
        return tuple(span for span in self.spans if span.end <= start or end <= span.start)


def scored(spans: Iterable[Span], question: Question) -> Spans:
    """The spans in order, each with the model's score if the model predicted it."""
    predicted = {span[:3]: span for span in question.predicted}
    return tuple(sorted((predicted.get(span[:3], Span(*span[:3])) for span in spans), key=lambda span: span.start))


class _AnswerRow(Stored):
    """A sentence with `tags`, `rejected` or `skipped`; tags that do not count as an answer are in `draft`."""

    id: str
    tokens: Optional[List[str]] = None
    tags: Optional[List[str]] = None
    rejected: Optional[bool] = None
    skipped: Optional[bool] = None
    draft: Optional[List[str]] = None
    annotator: Optional[str] = None
    time: Optional[str] = None


@dataclass(frozen=True)
class AnswerFile:
    """
    # Parameters

    path : `Path`
        The file.
    questions : `Sequence[Question]`
        In the order of the rows.
    labels : `Sequence[str]`
        The entity types.
    annotator : `str`, optional (default = `None`)
        The annotator's name, which each row has.
    """

    path: Path
    questions: Sequence[Question]
    labels: Sequence[str]
    annotator: Optional[str] = None

    def load(self) -> Dict[str, Labelling]:
        """
        The labellings of an earlier session, by the sentence's id; empty when there is no file.

        # Raises

        `ConfigurationError`
            When a session could not have written the file, which would be replaced.
        """
        questions = {question.sentence.id: question for question in self.questions}
        found: Dict[str, Labelling] = {}
        if not self.path.exists():
            return found
        for place, values in objects(str(self.path), read_text(self.path)):
            try:
                row = _AnswerRow.model_validate(values)
                if row.id in found or row.id not in questions:
                    raise ValueError(f"id is {row.id!r}; expected the id of a question, and no id twice")
                found[row.id] = self._labelling(row, questions[row.id])
            except ValueError as error:
                reason = first_problem(error) if isinstance(error, ValidationError) else str(error)
                raise ConfigurationError(
                    f"{place}: {reason}; expected a file that seqmix annotate wrote for these questions"
                ) from error
        return found

    def save(self, labellings: Mapping[str, Labelling]) -> None:
        """
        Replaces the file as a whole. Without any row there is no file.

        # Raises

        `ConfigurationError`
            When it cannot be written.
        """
        rows = [self._row(question, labellings[question.sentence.id]) for question in self.questions]
        if any(rows):
            write_bytes(self.path, to_lines(filter(None, rows)))
        else:
            with disk_errors(self.path):
                remove(self.path)

    def _labelling(self, row: _AnswerRow, question: Question) -> Labelling:
        words, tags = question.sentence.tokens, row.draft if row.tags is None else row.tags
        given = {ANSWERED: row.tags is not None, REJECTED: row.rejected, SKIPPED: row.skipped}
        statuses = [status for status, is_given in given.items() if is_given]
        spans = question.predicted if tags is None else scored(tags_to_spans(tags)[0], question)
        unknown = [] if tags is None else [span.label for span in spans if span.label not in self.labels]
        if row.annotator != self.annotator:
            raise ValueError(f"annotator is {row.annotator!r}; expected {self.annotator!r}")
        if len(statuses) > 1:
            raise ValueError("more than one of tags, rejected and skipped")
        if row.tokens is not None and tuple(row.tokens) != words:
            raise ValueError("tokens are not those of the question")
        if tags is not None and len(tags) != len(words):
            raise ValueError(f"{len(tags)} tags for {len(words)} words")
        if unknown:
            raise ValueError(f"unknown label {unknown[0]!r}; expected {', '.join(self.labels)}")
        return Labelling(spans, statuses[0] if statuses else OPEN, row.time)

    def _row(self, question: Question, labelling: Labelling) -> Row:
        """The keys of a row that have a value; none when nothing was done."""
        status, tags = labelling.status, spans_to_tags(labelling.spans, len(question.sentence))
        values = {
            "tags": tags if status == ANSWERED else None,
            "rejected": status == REJECTED or None,
            "skipped": status == SKIPPED or None,
            "draft": tags if status != ANSWERED and labelling.spans != question.predicted else None,
        }
        if not any(values.values()):
            return {}
        row = {"id": question.sentence.id, "tokens": question.sentence.tokens, **values, "annotator": self.annotator}
        return {key: value for key, value in {**row, "time": labelling.time}.items() if value is not None}
