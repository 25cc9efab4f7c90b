"""Annotations on disk: each version once, whatever the order in which they arrive."""

import threading
from collections import ChainMap
from pathlib import Path
from typing import Dict, List, MutableMapping, NamedTuple, Optional, Sequence, Tuple

from seqmix_plugin.formats.answer import named
from seqmix_plugin.formats.versions import Moment, moment
from seqmix_plugin.io.atomic import append, data_digest, disk_errors, sync
from seqmix_plugin.io.folder_guard import make_folder
from seqmix_plugin.io.json_text import Row, decode, objects, to_lines, whole_lines
from seqmix_plugin.run.layout import RoundFiles

NAME = "service"
"""Name of the file among a round's answers."""


class LogFile:
    """
    A JSONL file to which lines are appended; they are on disk when `append` returns.

    # Parameters

    path : `Path`
        The file, which is created with its folder when the first line is written.

    # Raises

    `ConfigurationError`
        When the file cannot be written to, or a line other than the last is damaged; a torn last line is cut off.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_new = not path.exists()
        with disk_errors(path):
            content = b"" if self._is_new else path.read_bytes()
        whole, torn = whole_lines(content)
        line_end = b"\n" if whole and not whole.endswith(b"\n") else b""
        if torn or line_end:
            append(path, len(whole), line_end)
        self._end = len(whole + line_end)
        self.rows = [row for _, row in objects(str(path), decode(str(path), whole))] if whole.strip() else []
        """The rows of an earlier start."""

    def append(self, content: bytes) -> None:
        """
        Appends whole lines in one write.

        # Raises

        `ConfigurationError`
            When they cannot be written; the next lines then take their place.
        """
        with disk_errors(self.path):
            make_folder(self.path.parent)
            start = min(self._end, self.path.stat().st_size if self.path.exists() else 0)
        append(self.path, start, content)
        if self._is_new:  # the names of a new file and its folder
            with disk_errors(self.path):
                sync(self.path.parent)
                sync(self.path.parent.parent)
            self._is_new = False
        self._end = start + len(content)


class Entry(NamedTuple):
    """
    A version of an annotation.

    # Parameters

    row : `Row`
        In our own format, with the keys `annotation`, its number in the tool, and `project`. With `deleted` and without
        `id` it withdraws the sentence that this number of this project was last seen with, or will be seen with first:
        all versions up to its `time`, or all that are known when that is later.
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
    The files `service.answers.jsonl` of a run's rounds: what the run reads, and what the service remembers. An
    annotation is identified by project, number and sentence, since a new project, or a second server, numbers its
    annotations from 1 again. A later version replaces an earlier one, whichever arrives first. In the files an
    annotation has its number for a name, as in the tool's exports, or `project/number` when an annotation of another
    project has that number already.

    # Parameters

    run : `Path`
        The run's folder.

    # Raises

    `ConfigurationError`
        When a file of an earlier start cannot be read.
    """

    def __init__(self, run: Path) -> None:
        self._run = run
        self._files: Dict[int, LogFile] = {}
        self._known: Versions = {}
        self._lock = threading.Lock()
        self.num_added = 0
        """The number of entries that have been written."""
        for k in RoundFiles.all(run):
            for row in self._file(k).rows:
                if named(row.get("annotation")) is not None:
                    _place(Entry(row, k), self._known)

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
            fresh: Versions = {}
            lines: Dict[int, List[Row]] = {}
            notes = []
            for entry in entries:
                k, row, note = _place(entry, ChainMap(fresh, self._known))
                if row is not None:
                    lines.setdefault(k, []).append(row)
                if note:
                    notes.append((row or entry.row, note))
            for k, new in lines.items():
                self._file(k).append(to_lines(new))
                self._known.update((key, version) for key, version in fresh.items() if version.round == k)
            num_new = sum(map(len, lines.values()))
            self.num_added += num_new
            return num_new, notes

    def _file(self, k: int) -> LogFile:
        if k not in self._files:
            self._files[k] = LogFile(RoundFiles.of(self._run, k).own_to_write(NAME))
        return self._files[k]


def _place(entry: Entry, versions: Versions) -> Tuple[int, Optional[Row], str]:
    """
    Notes an entry among the known versions.

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
        if "time" in row:  # the tool's clock may be ahead of ours
            row = {**row, "time": max(moment(row["time"]), before.moment)[1]}
    when, digest = moment(row.get("time")), data_digest(row)
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
