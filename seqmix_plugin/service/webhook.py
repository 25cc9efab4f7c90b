"""Webhooks of Label Studio: each finished annotation is checked and becomes a row of our own format."""

import json
import logging
import threading
import time
from pathlib import Path
from typing import Any, List, Optional, Sequence, Tuple

from seqmix_plugin.errors import ConfigurationError, first_line, printable
from seqmix_plugin.formats import Question
from seqmix_plugin.formats.answer import RawAnswer
from seqmix_plugin.formats.check import Checked
from seqmix_plugin.formats.label_studio import annotation_answer
from seqmix_plugin.formats.versions import utc
from seqmix_plugin.io.atomic import data_digest
from seqmix_plugin.io.json_text import Row, is_text, shown, whole_number
from seqmix_plugin.run.layout import QUERIES
from seqmix_plugin.service.annotation_log import AnnotationLog, Entry
from seqmix_plugin.service.log_file import LogFile
from seqmix_plugin.service.watched_run import RunQuestions

logger = logging.getLogger(__name__)

FINISHED = ("ANNOTATION_CREATED", "ANNOTATIONS_CREATED", "ANNOTATION_UPDATED")
DELETED = "ANNOTATIONS_DELETED"
TASKS_DELETED = "TASKS_DELETED"
"""The actions that matter; all others are acknowledged."""
PROBLEMS = "service.problems.jsonl"
"""The file in the folder `queries` for annotations that cannot be read, as they arrived."""

LONGEST = 500
"""Characters of a problem that are shown."""


class WebhookReceiver:
    """
    # Parameters

    run : `Path`
        The run's folder.
    questions : `RunQuestions`
        Its questions.
    labels : `Sequence[str]`
        Its entity types.
    snap : `bool`, optional (default = `False`)
        Widen spans that cut words to whole words.

    # Raises

    `ConfigurationError`
        When a file of an earlier start cannot be read.
    """

    def __init__(self, run: Path, questions: RunQuestions, labels: Sequence[str], snap: bool = False) -> None:
        self._questions = questions
        self._labels = labels
        self._snap = snap
        self.log = AnnotationLog(run)
        self._problems = LogFile(run / QUERIES / PROBLEMS)
        self._kept = {data_digest(row) for row in self._problems.rows}
        self._lock = threading.Lock()

    def receive(self, payload: Row) -> Tuple[int, int, List[str]]:
        """
        Stores what a webhook sends; it is on disk when this returns.

        # Returns

        `Tuple[int, int, List[str]]`
            How many annotations were written, how many were known in this or a later version, and one line for each
            that cannot be read.

        # Raises

        `ConfigurationError`
            When it cannot be written.
        """
        action = payload.get("action")
        entries: List[Entry] = []
        problems: List[str] = []
        if action == DELETED:
            entries, problems = self._deletions(payload)
        elif action in FINISHED:
            entries, problems = self._annotations(payload)
        elif action == TASKS_DELETED:
            logger.warning("tasks were deleted in Label Studio; their annotations are kept")
        elif not is_text(action) and {"annotation", "annotations"} & set(payload):
            problems = [f"'action' is {shown(action)}; expected the name of a webhook's action"]
        recorded, notes = self.log.add(entries)
        for row, note in notes:
            problem = f"annotation {row['annotation']} of project {row.get('project')} {_line(note)}"
            self._keep({"problem": problem, "row": row})
            logger.warning(problem)
        for problem in problems:
            logger.warning(f"{problem}; kept in {QUERIES}/{PROBLEMS}")
        return recorded, len(entries) - recorded, problems

    def _deletions(self, payload: Row) -> Tuple[List[Entry], List[str]]:
        """The payload has numbers only; the log knows their rounds, and remembers those that have not arrived yet."""
        given = payload.get("annotations", payload.get("annotation"))
        numbers = [whole_number(row.get("id")) if isinstance(row, dict) else None for row in _listed(given)]
        if not numbers or None in numbers:
            return [], [f"'annotations' is {shown(given)}; expected a list of objects with an id"]
        row = {"withdrawn": True, "deleted": True, "time": time.time(), **_project(payload)}
        return [Entry({"annotation": number, **row}, self._questions.newest) for number in numbers], []

    def _annotations(self, payload: Row) -> Tuple[List[Entry], List[str]]:
        given = payload.get("annotation", payload.get("annotations"))
        if not given:
            return [], ["'annotation' is missing; expected a webhook that sends its payload"]
        tasks = [task for task in _listed(payload.get("task", payload.get("tasks"))) if isinstance(task, dict)]
        by_number = {shown(task.get("id")): task for task in tasks}
        entries, problems = [], []
        for annotation in _listed(given):
            if not isinstance(annotation, dict):
                problems.append(f"annotation {shown(annotation)}; expected an object")
                continue
            task = by_number.get(shown(annotation.get("task")), tasks[0] if len(tasks) == 1 else {})
            entry, problem = self._entry(annotation, task, _project(payload, annotation))
            entries += [] if entry is None else [entry]
            if problem:
                kept = {"annotation": annotation, "task": {key: task.get(key) for key in ("id", "data")}}
                self._keep({"problem": problem, **kept})
                problems.append(problem)
        return entries, problems

    def _entry(self, annotation: Row, task: Row, project: Row) -> Tuple[Optional[Entry], str]:
        """An annotation's row, which withdraws earlier versions when there is a problem with this one; the problem."""
        number, when = whole_number(annotation.get("id")), _when(annotation.get("updated_at"))
        source = f"annotation {shown(annotation.get('id'))}"
        if number is None or when is None:
            given = {key: annotation.get(key) for key in ("id", "updated_at")}
            return None, f"{source}: {shown(given)}; expected a number and a time"
        data = task.get("data")
        found = self._questions.find(data) if isinstance(data, dict) else None
        if found is None:
            return None, f"{source}, task {shown(task.get('id'))}: unknown sentence id; expected a question of this run"
        k, question = found
        problem = ""
        try:
            row = self._row(source, annotation, task, question)
        except ConfigurationError as error:
            row, problem = {"withdrawn": True}, _line(first_line(error))
        created = _when(annotation.get("created_at"))
        version = {"time": when, "annotation": number, **({} if created is None else {"created": created}), **project}
        return Entry({"id": question.sentence.id, **row, **version}, k), problem

    def _row(self, source: str, annotation: Row, task: Row, question: Question) -> Row:
        """The labels of an annotation; a `ConfigurationError` when they cannot be read."""
        sentence, text = question.sentence, task["data"].get("text")
        place = f"{source}, task {shown(task.get('id'))}, id {sentence.id!r}"
        raw = RawAnswer(place, sentence.id, question, text if isinstance(text, str) else "")
        checked = Checked(annotation_answer(annotation, raw), self._labels, self._snap)
        answer = checked.answer
        if answer is None:
            raise ConfigurationError(checked.problems[0])
        for warning in checked.warnings:
            logger.warning(_line(warning))
        if answer.annotator is not None and not is_text(answer.annotator):
            raise ConfigurationError(f"{source}: 'completed_by' is {shown(answer.annotator)}; expected a user")
        annotator = {} if answer.annotator is None else {"annotator": answer.annotator}
        if answer.tags is None:
            return {"rejected": True, **annotator}
        return {"tokens": list(sentence.tokens), "tags": list(answer.tags), **annotator}

    def _keep(self, row: Row) -> None:
        """Writes an annotation with a problem to a file of its own, once."""
        digest = data_digest(row)
        with self._lock:
            if digest not in self._kept:
                self._problems.append(json.dumps(row).encode("ascii") + b"\n")
                self._kept.add(digest)


def _project(*rows: Row) -> Row:
    """The keys of a row for the first project that the rows name: its number, and when it was made, if it says so."""
    for row in rows:
        project = row.get("project")
        values = project if isinstance(project, dict) else {"id": project}
        number, made = whole_number(values.get("id")), _when(values.get("created_at"))
        if number is not None:
            return {"project": number, **({} if made is None else {"project_created": made})}
    return {}


def _listed(value: Any) -> List[Any]:
    """Webhooks send one object or a list of them."""
    return value if isinstance(value, list) else [value]


def _line(text: str) -> str:
    """A problem as the terminal and a response show it; a label may be of any length."""
    return printable(text[:LONGEST])


def _when(value: Any) -> Optional[str]:
    """A time in a form that sorts as text; `None` if it is not one."""
    date = utc(value) if isinstance(value, str) else None
    return None if date is None else date.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
