"""Annotations on disk: each version once, whatever the order in which they arrive."""

import threading
from collections import ChainMap
from itertools import chain, count
from pathlib import Path
from typing import Any, Dict, List, MutableMapping, NamedTuple, Optional, Sequence, Tuple

from seqmix_plugin.formats.answer import named
from seqmix_plugin.formats.versions import Moment, moment
from seqmix_plugin.io.atomic import data_digest
from seqmix_plugin.io.json_text import Row, to_lines
from seqmix_plugin.run.layout import RoundFiles
from seqmix_plugin.service.log_file import LogFile

NAME = "service"
"""Name of the file among a round's answers; those of other installations of the tool have `_2`, `_3` and so on."""
ANOTHER = "it was made at another time, as by another installation of the tool, whose annotations are kept in"
SEVERAL = "was deleted, but annotations of several installations of the tool have this number: their labels are kept"


class Entry(NamedTuple):
    """
    A version of an annotation.

    # Parameters

    row : `Row`
        In our own format, with the keys `annotation`, its number in the tool, `project`, and `created`, when it was
        made. With `deleted` and without `id` it withdraws the sentence that this number of this project was last seen
        with, or will be seen with first: all versions up to its `time`, or all that are known when that is later.
    round : `int`
        The round of the question; a deletion is written to the round of what it deletes, if that is known.
    """

    row: Row
    round: int


Slot = Tuple[int, str]
"""Where an annotation is kept: the installation of the tool, from 0, as far as is known, and its name in its files."""


class _Version(NamedTuple):
    """The newest version of an annotation of a sentence, or the last one in a slot."""

    moment: Moment
    digest: str
    round: int
    sentence: Optional[str]
    project: Optional[int]
    created: Optional[str]
    is_deleted: bool


Versions = MutableMapping[Tuple[Slot, Optional[str]], _Version]
"""By slot and sentence's id; with `None` the last one in this slot."""


class _Placed(NamedTuple):
    """The file to which an entry is written, the row unless it is not new, and a line if its number is another's."""

    round: int
    installation: int
    row: Optional[Row]
    note: str = ""


class AnnotationLog:
    """
    The files `service.answers.jsonl` of a run's rounds: what the run reads, and what the service remembers. An
    annotation is identified by project, number, sentence and the second in which it was made, since a new project, or a
    second server, numbers its annotations from 1 again. A later version replaces an earlier one, whichever arrives
    first. In the files an annotation has its number for a name, as in the tool's exports; where another one has it,
    which was made at another time, it is in the file of another installation, `service_2.answers.jsonl`, as exports of
    two installations are two files; where no time is known, `project/number` is its name.

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
        self._known: Versions = {}
        self._lock = threading.Lock()
        self.num_added = 0
        """The number of entries that have been written."""
        self._num_installations = 1
        for k, files in RoundFiles.all(run).items():
            installation = 0
            while installation == 0 or files.own(_name(installation)).exists():
                for row in self._file(k, installation).rows:
                    if (name := named(row.get("annotation"))) is not None:
                        _place(Entry(row, k), (installation, str(name)), self._known)
                installation += 1
            self._num_installations = max(self._num_installations, installation)

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
            lines: Dict[Tuple[int, int], List[Row]] = {}
            notes = []
            for entry in entries:
                versions = ChainMap(fresh, self._known)
                slot = _slot(entry.row, versions)
                if slot is None:
                    notes.append((entry.row, SEVERAL))
                    continue
                k, installation, row, note = _place(entry, slot, versions)
                if row is not None:
                    lines.setdefault((k, installation), []).append(row)
                if installation >= self._num_installations:
                    self._num_installations = installation + 1
                    note = f"is not the one that had this number: {ANOTHER} {_name(installation)}.answers.jsonl"
                if note:
                    notes.append((row or entry.row, note))
            for (k, installation), new in lines.items():
                self._file(k, installation).append(to_lines(new))
                self._known.update(
                    (key, version) for key, version in fresh.items() if (version.round, key[0][0]) == (k, installation)
                )
            num_new = sum(map(len, lines.values()))
            self.num_added += num_new
            return num_new, notes

    def _file(self, k: int, installation: int) -> LogFile:
        if (k, installation) not in self._files:
            path = RoundFiles.of(self._run, k).own_to_write(_name(installation))
            self._files[k, installation] = LogFile(path)
        return self._files[k, installation]


def _name(installation: int) -> str:
    """The name of the files of an installation of the tool."""
    return f"{NAME}_{installation + 1}" if installation else NAME


def _slot(row: Row, versions: Versions) -> Optional[Slot]:
    """
    Where an annotation is kept or will be: a number that was made at another time is of another installation of the
    tool. `None` for a deletion, of which only number and project are known, that may be of several annotations.
    """
    name, project, created = str(named(row.get("annotation"))), row.get("project"), _second(row)
    first, of_project = (0, name), (0, f"{project}/{name}")
    fits, slots = [], chain([first, of_project], ((number, name) for number in count(1)))
    for slot in slots:
        last = versions.get((slot, None))
        if last is None and slot != of_project:
            break
        if last is not None and _fit(project, last.project) and _fit(created, last.created):
            fits.append((slot, last))
    if "id" not in row:
        living = [one for one in fits if not one[1].is_deleted]
        if len(living) > 1:
            return None
        fits = living or fits
    if fits:
        return fits[0][0]
    known = versions.get((first, None))
    if known is None:
        return first
    return of_project if _fit(created, known.created) and (of_project, None) not in versions else slot


def _fit(one: Any, other: Any) -> bool:
    """Whether two are equal as far as both are known."""
    return one is None or other is None or one == other


def _second(row: Row) -> Optional[str]:
    """When an annotation was made, to the second: some exports have fewer digits."""
    created = row.get("created")
    return created[: len("2026-01-01T00:00:00")] if isinstance(created, str) else None


def _place(entry: Entry, slot: Slot, versions: Versions) -> _Placed:
    """Notes an entry among the known versions."""
    row, (installation, name) = entry.row, slot
    last = versions.get((slot, None))
    seen = last or versions.get(((installation, str(named(row.get("annotation")))), None))
    if str(named(row.get("annotation"))) != name:
        row = {**row, "annotation": name}
    if "id" not in row and last is not None and last.sentence is not None:
        row = {"id": last.sentence, **row}
    sentence = None if row.get("id") is None else str(row["id"])
    before = versions.get((slot, sentence))
    if before is None and last is not None and last.sentence is None:
        before = last  # deleted before it arrived
    is_deleted = row.get("withdrawn") is True and ("deleted" in row or "time" not in row)
    if before is not None and is_deleted:
        if before.is_deleted:
            return _Placed(before.round, installation, None)
        if "time" in row:  # the tool's clock may be ahead of ours
            row = {**row, "time": max(moment(row["time"]), before.moment)[1]}
    when, digest = moment(row.get("time")), data_digest(row)
    if before is not None and before.is_deleted and when <= before.moment:
        return _Placed(before.round, installation, None, "was deleted before it arrived: ignored")
    if before is not None and (when < before.moment or (when, digest) == (before.moment, before.digest)):
        return _Placed(before.round, installation, None)
    k = before.round if before is not None and is_deleted else entry.round
    owner, created = row.get("project"), _second(row)
    if last is not None:
        owner, created = last.project if owner is None else owner, created or last.created
    version = _Version(when, digest, k, sentence, owner, created, is_deleted)
    versions[slot, sentence] = versions[slot, None] = version
    if before is not None:
        again = "was deleted and arrived again with a later time: accepted"
        return _Placed(k, installation, row, again if before.is_deleted else "")
    if seen is None or None in (sentence, seen.sentence) or seen.sentence == sentence:
        return _Placed(k, installation, row)
    was = f"it belonged to sentence {seen.sentence!r} of project {seen.project}"
    return _Placed(k, installation, row, f"now belongs to sentence {sentence!r}; {was}: stored as another annotation")
