"""Annotations on disk: each version once, whatever the order in which they arrive."""

import re
import threading
from collections import ChainMap
from pathlib import Path
from typing import Dict, List, MutableMapping, NamedTuple, Optional, Sequence, Tuple

from seqmix_plugin.formats.answer import named
from seqmix_plugin.formats.versions import Moment, moment
from seqmix_plugin.io.atomic import data_digest
from seqmix_plugin.io.json_text import Row, to_lines
from seqmix_plugin.run.layout import OWN, RoundFiles
from seqmix_plugin.service.log_file import LogFile

NAME = "service"
"""Name of the file among a round's answers; those of further projects have `_2`, `_3` and so on."""
_FILE = re.compile(rf"{NAME}(?:_([2-9]|[1-9]\d+))?{re.escape(OWN)}", re.ASCII)


class Entry(NamedTuple):
    """
    A version of an annotation.

    # Parameters

    row : `Row`
        In our own format, with the keys `annotation`, its number in the tool, `project`, and `project_created`, when
        the project was made. With `deleted` and without `id` it withdraws the sentence that this number of this project
        was last seen with, or will be seen with first: all versions up to its `time`, or all that are known when that
        is later.
    round : `int`
        The round of the question; a deletion is written to the round of what it deletes, if that is known.
    """

    row: Row
    round: int


class _Version(NamedTuple):
    """The newest version of an annotation of a sentence, or the last one with a number."""

    moment: Moment
    digest: str
    round: int
    sentence: Optional[str]
    project: Optional[int]
    is_deleted: bool


Versions = MutableMapping[Tuple[str, Optional[str]], _Version]
"""By an annotation's name and its sentence's id; with `None` the last one with this name."""


class AnnotationLog:
    """
    The files `service.answers.jsonl` of a run's rounds: what the run reads, and what the service remembers. A second
    server numbers projects, annotations and users from 1 as the first. When a project was made tells it from all
    others, and each has a file of its own, `service_2.answers.jsonl` and so on, as exports of two servers are two
    files. Within a project an annotation is identified by number and sentence. A later version replaces an earlier one,
    whichever arrives first. In the files an annotation has its number for a name, as in the tool's exports. Of projects
    that do not say when they were made, which share the first file, it is `project/number` when an annotation of
    another project has that number already.

    # Parameters

    run : `Path`
        The run's folder.

    # Raises

    `ConfigurationError`
        When a file of an earlier start cannot be read.
    """

    def __init__(self, run: Path) -> None:
        self._run = run
        self._files: Dict[Tuple[int, int], LogFile] = {}
        self._known: Dict[int, Versions] = {0: {}}
        self._projects: Dict[Tuple[int, str], int] = {}
        """The number of the files, from 0, of each project with the time at which it was made."""
        self._lock = threading.Lock()
        self.num_added = 0
        """The number of entries that have been written."""
        for k, files in sorted(RoundFiles.all(run).items()):
            found = [match for path in files.answer_files() if (match := _FILE.fullmatch(path.name))]
            for place in sorted({0, *(int(match[1] or 1) - 1 for match in found)}):
                for row in self._file(k, place).rows:
                    if named(row.get("annotation")) is not None:
                        _place(Entry(row, k), self._known.setdefault(place, {}), replay=True)
                        if (project := _project(row)) is not None:
                            self._projects.setdefault(project, place)

    def add(self, entries: Sequence[Entry]) -> Tuple[int, List[Tuple[Row, str]]]:
        """
        Writes the entries that are new, and returns when they are on disk.

        # Returns

        `Tuple[int, List[Tuple[Row, str]]]`
            How many were new; and rows whose number belonged to another annotation or a deleted one, with a line that
            says how they are treated.

        # Raises

        `ConfigurationError`
            When they cannot be written; none of them counts as known then, and they may be added again.
        """
        with self._lock:
            fresh: Dict[int, Versions] = {}
            lines: Dict[Tuple[int, int], List[Row]] = {}
            notes = []
            for entry in entries:
                place = self._place_of(entry.row)
                known = ChainMap(fresh.setdefault(place, {}), self._known.get(place, {}))
                k, row, note = _place(entry, known)
                if row is not None:
                    if place and "id" not in row:  # so that it deletes nothing in the files of other projects
                        row = {**row, "created": row["project_created"]}
                    if place not in self._known and (k, place) not in lines:
                        where = f"{_name(place)}{OWN}"
                        note = f"is of another project, or another server, than those before: kept in {where}"
                    lines.setdefault((k, place), []).append(row)
                if note:
                    notes.append((row or entry.row, note))
            for (k, place), new in lines.items():
                self._file(k, place).append(to_lines(new))
                written = {key: version for key, version in fresh[place].items() if version.round == k}
                self._known.setdefault(place, {}).update(written)
            num_new = sum(map(len, lines.values()))
            self.num_added += num_new
            return num_new, notes

    def _place_of(self, row: Row) -> int:
        """The number of the files for an annotation: the first project has the first ones."""
        project = _project(row)
        if project is None:
            return 0
        following = max(self._projects.values(), default=-1) + 1
        return self._projects.setdefault(project, following)

    def _file(self, k: int, place: int) -> LogFile:
        if (k, place) not in self._files:
            self._files[k, place] = LogFile(RoundFiles.of(self._run, k).own_to_write(_name(place)))
        return self._files[k, place]


def _name(place: int) -> str:
    return f"{NAME}_{place + 1}" if place else NAME


def _project(row: Row) -> Optional[Tuple[int, str]]:
    """The project of a row and when it was made, if both are known."""
    number, made = row.get("project"), row.get("project_created")
    return (number, made) if isinstance(number, int) and isinstance(made, str) else None


def _place(entry: Entry, versions: Versions, replay: bool = False) -> Tuple[int, Optional[Row], str]:
    """
    Notes an entry among the known versions; with `replay` one that was written before, whose time is final.

    # Returns

    `Tuple[int, Optional[Row], str]`
        The round to which it is written; the row, or `None` when it is not new; a line if its number belonged to
        another annotation or a deleted one.
    """
    row, project = entry.row, entry.row.get("project")
    name = str(named(row.get("annotation")))
    first = last = versions.get((name, None))
    if last is not None and None not in (project, last.project) and project != last.project:
        name = f"{project}/{name}"
        row, last = {**row, "annotation": name}, versions.get((name, None))
    if "id" not in row and last is not None and last.sentence is not None:
        row = {"id": last.sentence, **row}
    sentence = None if row.get("id") is None else str(row["id"])
    before = versions.get((name, sentence))
    if before is None and last is not None and last.sentence is None:
        before = last  # deleted before it arrived
    is_deleted = row.get("withdrawn") is True and ("deleted" in row or "time" not in row)
    if before is not None and is_deleted:
        if before.is_deleted:
            return before.round, None, ""
        if "time" in row and not replay:  # the tool's clock may be ahead of ours
            row = {**row, "time": max(moment(row["time"]), before.moment)[1]}
    told = {key: value for key, value in row.items() if key != "project_created"}  # which rows of version 0.1 lack
    when, digest = moment(row.get("time")), data_digest(told)
    if before is not None and before.is_deleted and when <= before.moment:
        return before.round, None, "was deleted before it arrived: ignored"
    if before is not None and (when < before.moment or (when, digest) == (before.moment, before.digest)):
        return before.round, None, ""
    k = before.round if before is not None and is_deleted else entry.round
    owner = project if project is not None or last is None else last.project
    versions[name, sentence] = versions[name, None] = _Version(when, digest, k, sentence, owner, is_deleted)
    if before is not None:
        return k, row, "was deleted and arrived again with a later time: accepted" if before.is_deleted else ""
    seen = last or first
    if seen is None or None in (sentence, seen.sentence) or seen.sentence == sentence:
        return k, row, ""
    was = f"it belonged to sentence {seen.sentence!r} of project {seen.project}"
    return k, row, f"now belongs to sentence {sentence!r}; {was}: stored as another annotation"
