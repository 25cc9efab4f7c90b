"""The file that a session's answers are kept in: our own JSONL, which is read as any annotator's."""

from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Sequence, Set

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.annotator.labelling import ANSWERED, OPEN, REJECTED, SKIPPED, Labelling, scored
from seqmix_plugin.formats import JsonlFormat, Question, Span
from seqmix_plugin.io.atomic import disk_errors, write_bytes
from seqmix_plugin.io.folder_guard import remove
from seqmix_plugin.io.json_text import Row, objects, read_text, shown, to_lines, whole_number
from seqmix_plugin.tag_schemes import spans_to_tags, tags_to_spans

_KEYS = {"id", "tokens", "tags", "rejected", "skipped", "draft", "annotator", "time"}


class AnswerFile:
    """
    A row a sentence that is not open: `id`, `tokens`, and `tags`, `"rejected": true` or `"skipped": true`, with
    `annotator` and `time`. Labels of a sentence that is not answered stand under `draft`, where nobody reads them as an
    answer.

    # Parameters

    path : `Path`
        The file.
    questions : `Sequence[Question]`
        In the order of the rows.
    labels : `Sequence[str]`
        The entity types.
    annotator : `str`, optional (default = `None`)
        Who answers; stands in each row.
    """

    def __init__(
        self, path: Path, questions: Sequence[Question], labels: Sequence[str], annotator: Optional[str] = None
    ) -> None:
        self.path = path
        self._questions = {question.sentence.id: question for question in questions}
        self._labels = labels
        self._annotator = annotator

    def load(self) -> Dict[str, Labelling]:
        """
        What an earlier session has left, by the sentence's id; nothing when there is no file.

        # Raises

        `ConfigurationError`
            When the file is anything that a session could not have written, with the reason: it would be replaced.
        """
        if not self.path.exists():
            return {}
        given: Dict[str, Labelling] = {}
        seen: Set[str] = set()
        for place, row in objects(str(self.path), read_text(self.path)):
            try:
                question = self._question(row, seen)
                given[question.sentence.id] = self._labelling(row, question)
            except ValueError as error:
                raise _not_ours(f"{place}: {error}") from error
        answers = JsonlFormat().read(self.path, list(self._questions.values()), self._labels)
        if answers.problems:
            raise _not_ours(answers.problems[0])
        for answer in answers.answers:
            spans, _ = tags_to_spans(answer.tags or ())
            found = scored(spans, self._questions[answer.sentence_id])
            given[answer.sentence_id] = Labelling(found, ANSWERED, given[answer.sentence_id].time)
        return given

    def save(self, labellings: Mapping[str, Labelling]) -> None:
        """
        Replaces the file, whole or not at all, and brings it to the disk. Without any row there is no file.

        # Raises

        `ConfigurationError`
            When it cannot be written.
        """
        found = [self._row(question, labellings[name]) for name, question in self._questions.items()]
        kept = [row for row in found if row is not None]
        if kept:
            write_bytes(self.path, to_lines(kept))
        else:
            with disk_errors(self.path):
                remove(self.path)

    def _question(self, row: Row, seen: Set[str]) -> Question:
        """The one that a row is about; a `ValueError` when the row is none of ours."""
        name, annotator = row.get("id"), row.get("annotator")
        question = self._questions.get(name) if isinstance(name, str) else None
        if question is None:
            raise ValueError(f"'id' is {shown(name)}, which is no question's")
        if name in seen:
            raise ValueError(f"the id {shown(name)} is there twice")
        strange = sorted(row.keys() - _KEYS)
        if strange:
            raise ValueError(f"{shown(strange[0])} is no key of such a file")
        if annotator != self._annotator:
            raise ValueError(f"'annotator' is {shown(annotator)}, and not {shown(self._annotator)}")
        seen.add(question.sentence.id)
        return question

    def _labelling(self, row: Row, question: Question) -> Labelling:
        """What it says but for tags."""
        time = row.get("time")
        if time is not None and not isinstance(time, str):
            raise ValueError(f"'time' is {shown(time)}; expected a date as text")
        spans = question.predicted
        if "draft" in row:
            spans = scored(self._draft(row["draft"]), question)
            Question(question.sentence, predicted=spans)  # a `ValueError` when they overlap or leave the sentence
        states = [status for key, status in (("rejected", REJECTED), ("skipped", SKIPPED)) if row.get(key) is True]
        if len(states) + ("tags" in row) > 1:
            raise ValueError("more than one of 'tags', 'rejected', 'skipped'")
        return Labelling(spans, states[0] if states else OPEN, time)

    def _draft(self, draft: Any) -> Sequence[Span]:
        found = []
        for row in draft if isinstance(draft, list) else [draft]:
            row = row if isinstance(row, dict) else {}
            start, end, label = whole_number(row.get("start")), whole_number(row.get("end")), row.get("label")
            if start is None or end is None or not isinstance(label, str) or label not in self._labels:
                raise ValueError(f"'draft' is {shown(draft)}; expected spans with start, end and a label of these")
            found.append(Span(start, end, label))
        return found

    def _row(self, question: Question, labelling: Labelling) -> Optional[Row]:
        row: Row = {"id": question.sentence.id, "tokens": list(question.sentence.tokens)}
        if labelling.status == ANSWERED:
            row["tags"] = spans_to_tags(labelling.spans, len(question.sentence))
        elif labelling.status in (REJECTED, SKIPPED):
            row[labelling.status] = True
        if labelling.status != ANSWERED and labelling.spans != question.predicted:
            row["draft"] = [{"start": span.start, "end": span.end, "label": span.label} for span in labelling.spans]
        if len(row) == 2:
            return None
        row |= {} if self._annotator is None else {"annotator": self._annotator}
        return row | ({} if labelling.time is None else {"time": labelling.time})


def _not_ours(reason: str) -> ConfigurationError:
    return ConfigurationError(f"{reason}; expected a file that allennlp annotate has written for these questions")
