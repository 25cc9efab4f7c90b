"""Label Studio's webhooks: each finished annotation is checked and becomes a row of our own format."""

import hashlib
import json
import logging
import threading
import time
from pathlib import Path
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple, Union

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import first_line, printable
from seqmix_plugin.formats import LabelStudioFormat, Question, ReadSettings
from seqmix_plugin.formats.answers import utc
from seqmix_plugin.formats.json_files import Row, is_text, shown, whole_number
from seqmix_plugin.formats.label_studio import collect_task
from seqmix_plugin.formats.reading import Reading
from seqmix_plugin.run.layout import QUERIES
from seqmix_plugin.service.annotation_log import AnnotationLog, Entry
from seqmix_plugin.service.asked import Asked
from seqmix_plugin.service.log_file import LogFile

logger = logging.getLogger(__name__)

SAID = ("ANNOTATION_CREATED", "ANNOTATIONS_CREATED", "ANNOTATION_UPDATED")
TAKEN_BACK = ("ANNOTATIONS_DELETED",)
"""The actions that matter; all others are acknowledged."""
WITHOUT_ANNOTATIONS = "TASKS_DELETED"
PROBLEMS = "service.problems.jsonl"
"""Beside the rounds' folders: what could not be read as an answer, as it came."""

LONGEST = 500
"""Characters of a problem that are shown."""


class Outcome(NamedTuple):
    """
    # Parameters

    recorded : `int`
        Annotations that were written.
    known : `int`
        Annotations that were there already, or in a later version.
    problems : `List[str]`
        What is wrong with the others, a line each.
    """

    recorded: int
    known: int
    problems: List[str]


class Deliveries:
    """
    # Parameters

    run : `Path`
        The run's folder.
    asked : `Asked`
        Its questions.
    labels : `Sequence[str]`
        Its entity types.
    snap : `bool`, optional (default = `False`)
        Widen spans that cut words to whole words.

    # Raises

    `ConfigurationError`
        When a file of an earlier start cannot be read.
    """

    def __init__(self, run: Path, asked: Asked, labels: Sequence[str], snap: bool = False) -> None:
        self._asked = asked
        self._labels = labels
        self._settings = ReadSettings(snap=snap)
        self._log = AnnotationLog(run)
        self._problems = LogFile(run / QUERIES / PROBLEMS)
        self._seen = {_digest(row) for row in self._problems.rows}
        self._lock = threading.Lock()

    def take(self, payload: Row) -> Outcome:
        """
        Writes down what a webhook says; when this returns, it is on the disk.

        # Raises

        `ConfigurationError`
            When the disk does not take it.
        """
        action = payload.get("action")
        if action in TAKEN_BACK:
            entries, problems = self._taken_back(payload)
        elif action in SAID:
            entries, problems = self._said(payload)
        elif action == WITHOUT_ANNOTATIONS:
            logger.warning("tasks were deleted in Label Studio; what was annotated in them counts as before")
            return Outcome(0, 0, [])
        elif is_text(action) or not {"annotation", "annotations"} & set(payload):
            return Outcome(0, 0, [])
        else:
            entries, problems = [], [f"'action' is {shown(action)}; expected the payload of a webhook"]
        recorded, moved = self._log.add(entries) if entries else (0, [])
        for row, line in moved:
            problem = f"annotation {row['annotation']} of project {row.get('project')} {_line(line)}"
            self._keep({"problem": problem, "row": row})
            logger.warning(problem)
        for problem in problems:
            logger.warning(f"{problem}; it is kept in {QUERIES}/{PROBLEMS}")
        return Outcome(recorded, len(entries) - recorded, problems)

    def _taken_back(self, payload: Row) -> Tuple[List[Entry], List[str]]:
        """There are numbers only; the log knows to which round they belong, and remembers those yet to come."""
        rows = payload.get("annotations", payload.get("annotation"))
        numbers = [whole_number(row.get("id")) if isinstance(row, dict) else None for row in _several(rows)]
        good = [number for number in numbers if number is not None]
        if not good or len(good) < len(numbers):
            return [], [f"{shown(rows)} names no annotations; expected the payload of a webhook"]
        k = self._asked.newest
        row = {"withdrawn": True, "deleted": True, "time": time.time(), **_project(payload)}
        return [Entry({"annotation": number, **row}, k) for number in good], []

    def _said(self, payload: Row) -> Tuple[List[Entry], List[str]]:
        given = _several(payload.get("annotation", payload.get("annotations")))
        annotations = _objects(given)
        tasks = _objects(payload.get("task", payload.get("tasks")))
        if not annotations:
            return [], ["no 'annotation'; expected a webhook that sends its payload"]
        by_number = {shown(task.get("id")): task for task in tasks}
        entries: List[Entry] = []
        problems = [f"annotation {shown(one)}; expected an object" for one in given if not isinstance(one, dict)]
        for annotation in annotations:
            task = by_number.get(shown(annotation.get("task")), tasks[0] if len(tasks) == 1 else {})
            found = self._entry(annotation, task, _project(payload, annotation))
            if isinstance(found, Entry):
                entries.append(found)
                continue
            problem, entry = found
            self._keep({"problem": problem, "annotation": annotation, "task": {k: task.get(k) for k in ("id", "data")}})
            problems.append(problem)
            entries += [] if entry is None else [entry]
        return entries, problems

    def _entry(self, annotation: Row, task: Row, project: Row) -> Union[Entry, Tuple[str, Optional[Entry]]]:
        """The row of an annotation; or a problem with, where it can be told of what, the row that takes it back."""
        number, when = whole_number(annotation.get("id")), _when(annotation.get("updated_at"))
        source = f"annotation {shown(annotation.get('id'))}"
        if number is None or when is None:
            given = {key: annotation.get(key) for key in ("id", "updated_at")}
            return f"{source}: {shown(given)}; expected a number and a time", None
        data = task.get("data")
        found = self._asked.find(data) if isinstance(data, dict) else None
        if found is None or not isinstance(data, dict):
            return f"{source}, task {shown(task.get('id'))}: its id is that of no question of this run", None
        k, question = found
        row = self._row(source, annotation, task, question)
        version = {"time": when, "annotation": number, **project}
        if isinstance(row, str):
            return row, Entry({"id": question.sentence.id, "withdrawn": True, **version}, k)
        return Entry({**row, **version}, k)

    def _row(self, source: str, annotation: Row, task: Row, question: Question) -> Union[Row, str]:
        """The labels of an annotation, or a problem."""
        cancelled = bool(annotation.get("was_cancelled"))
        if not cancelled and not isinstance(annotation.get("result"), list):
            return f"{source}: 'result' is {shown(annotation.get('result'))}; expected a list of regions"
        reading = Reading(source, [question], self._labels, self._settings, LabelStudioFormat.units)
        try:
            collect_task({"data": task["data"], "annotations": [annotation]}, f"task {shown(task.get('id'))}", reading)
        except ConfigurationError as error:
            return _line(first_line(error))
        answers = reading.answers()
        if answers.problems:
            return _line(answers.problems[0])
        for warning in answers.warnings:
            logger.warning(_line(warning))
        answer = [*answers.answers, *answers.rejected][0]
        if answer.annotator is not None and not is_text(answer.annotator):
            return f"{source}: 'completed_by' is {shown(answer.annotator)}; expected a user"
        annotator = {} if answer.annotator is None else {"annotator": answer.annotator}
        if answer.tags is None:
            return {"id": question.sentence.id, "rejected": True, **annotator}
        sentence = question.sentence
        return {"id": sentence.id, "tokens": list(sentence.tokens), "tags": list(answer.tags), **annotator}

    def _keep(self, row: Row) -> None:
        """Writes down what has a problem, once."""
        digest = _digest(row)
        with self._lock:
            if digest not in self._seen:
                self._problems.append(json.dumps(row).encode("ascii") + b"\n")
                self._seen.add(digest)


def _project(*rows: Row) -> Row:
    """The number of the first project that is named, as a row has it."""
    found = (row.get("project") for row in rows)
    numbers = (whole_number(project.get("id") if isinstance(project, dict) else project) for project in found)
    return next(({"project": number} for number in numbers if number is not None), {})


def _objects(value: Any) -> List[Row]:
    return [item for item in _several(value) if isinstance(item, dict)]


def _several(value: Any) -> List[Any]:
    """One or many, as webhooks send them."""
    return value if isinstance(value, list) else [value]


def _line(text: str) -> str:
    """What a terminal and a response are given of a problem: a label may be of any length."""
    return printable(text[:LONGEST])


def _digest(row: Row) -> bytes:
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode("ascii")).digest()


def _when(value: Any) -> Optional[str]:
    """A time in the one form in which times sort as text; `None` for what is none."""
    date = utc(value) if isinstance(value, str) else None
    return None if date is None else date.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
