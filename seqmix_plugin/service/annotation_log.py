"""What annotators said, written down as it arrives: each delivery once, in whatever order they come."""

import hashlib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Set, Tuple

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.formats.answers import Moment, moment
from seqmix_plugin.formats.json_files import Row, to_lines
from seqmix_plugin.formats.jsonl import annotation_name
from seqmix_plugin.run.layout import RoundFiles
from seqmix_plugin.service.log_file import LogFile

NAME = "service"
"""Of the file among a round's answers."""
NOBODYS = -1
"""The project of a number that an older version took back: there it takes back whatever is called so, for good."""


class Entry(NamedTuple):
    """
    A delivery.

    # Parameters

    row : `Row`
        In our own format, with the keys `annotation`, the tool's number of it, and `project`. With `deleted` and
        without `id` it takes back what its project and number were last seen with, or what will come first: all
        versions until its time, by our clock but no earlier than theirs; without a time, as older versions wrote it,
        for good.
    round : `int`
        Whose question it answers; what takes back goes to the round of what it takes back, if that is known.
    """

    row: Row
    round: int


class _Known(NamedTuple):
    """The newest row of an annotation of a sentence, or the last row with a number."""

    moment: Moment
    digest: bytes
    round: int
    sentence: Optional[str]
    project: Optional[int]
    is_deleted: bool


Key = Tuple[str, Optional[str]]
"""An annotation's name and its sentence's id; with `None` whatever came last under this name."""


@dataclass
class _Ticket:
    """What one caller waits for."""

    entries: Sequence[Entry]
    num_written: int = 0
    moved: List[Tuple[Row, str]] = field(default_factory=list)
    rounds: Set[int] = field(default_factory=set)
    done: bool = False
    problem: Optional[str] = "it was not written"


class AnnotationLog:
    """
    The files `service.answers.jsonl` of a run's rounds, both what the run reads and what the service remembers. An
    annotation is known by project, number and sentence: a project that is made anew begins again at number 1, and so
    does a second server. A later version of it replaces an earlier one, whichever comes first; what was there already
    is not written again. In the files an annotation is called by its number, as in the tool's exports, or
    `project/number` when another project's has that number already. What callers bring while another one waits for the
    disk is written together, with one `fsync` a file.

    # Parameters

    run : `Path`
        The run's folder.

    # Raises

    `ConfigurationError`
        When a file of an earlier start cannot be read; a torn last line is cut off.
    """

    def __init__(self, run: Path) -> None:
        self._run = run
        self._files: Dict[int, LogFile] = {}
        self._known: Dict[Key, _Known] = {}
        self._waiting: List[_Ticket] = []
        self._queue = threading.Lock()
        self._disk = threading.Lock()
        for k in RoundFiles.all(run):
            for row in self._file(k).rows:
                name = annotation_name(row)
                if name is not None:
                    is_old = not {"id", "project"} & set(row) and (name, None) in self._known
                    self._note(self._known, Entry({**row, "project": NOBODYS} if is_old else row, k))

    def add(self, entries: Sequence[Entry]) -> Tuple[int, List[Tuple[Row, str]]]:
        """
        Writes what is new of some deliveries, and returns when all of them are on the disk.

        # Returns

        `Tuple[int, List[Tuple[Row, str]]]`
            How many were new; and rows whose number was another annotation's before, or was deleted, with what became
            of them.

        # Raises

        `ConfigurationError`
            When the disk does not take them: they then count as not delivered.
        """
        ticket = _Ticket(entries)
        with self._queue:
            self._waiting.append(ticket)
        with self._disk:  # who comes in first writes for all who wait
            if not ticket.done:
                with self._queue:
                    batch, self._waiting = self._waiting, []
                self._write(batch)
        if ticket.problem is not None:
            raise ConfigurationError(ticket.problem)
        return ticket.num_written, ticket.moved

    def _write(self, batch: Sequence[_Ticket]) -> None:
        """Writes what is new of a batch, a file at a time, and tells its callers what became of theirs."""
        fresh: Dict[Key, _Known] = {}
        lines: Dict[int, List[Row]] = {}
        failed: Dict[int, str] = {}
        try:
            for ticket in batch:
                for entry in ticket.entries:
                    k, row, moved = self._note(fresh, entry)
                    ticket.rounds.add(k)
                    if row is not None:
                        ticket.num_written += 1
                        lines.setdefault(k, []).append(row)
                    if moved:
                        ticket.moved.append((row or entry.row, moved))
            for k, rows in lines.items():
                try:
                    self._file(k).append(to_lines(rows).encode("utf-8"))
                except ConfigurationError as error:
                    failed[k] = str(error)
            self._known.update((name, known) for name, known in fresh.items() if known.round not in failed)
            for ticket in batch:
                ticket.problem = next((failed[k] for k in ticket.rounds if k in failed), None)
        finally:  # whoever waits must hear of it, whatever happens here
            for ticket in batch:
                ticket.done = True

    def _note(self, fresh: Dict[Key, _Known], entry: Entry) -> Tuple[int, Optional[Row], str]:
        """
        The round to which a delivery goes, its row if it is new, which is then the newest of its annotation, and a line
        if its number was another annotation's or was deleted.
        """

        def find(name: str, sentence: Optional[str] = None) -> Optional[_Known]:
            return fresh.get((name, sentence)) or self._known.get((name, sentence))

        row, project = entry.row, entry.row.get("project")
        name = str(annotation_name(row))
        first = last = find(name)
        if last is not None and None not in (project, last.project) and project != last.project:
            name = f"{project}/{name}"
            row, last = {**row, "annotation": name}, find(name)
        if "id" not in row and last is not None and last.sentence is not None:
            row = {"id": last.sentence, **row}
        sentence = None if row.get("id") is None else str(row["id"])
        before = find(name, sentence)
        if before is None and last is not None and last.sentence is None:
            before = last  # taken back before it came
        is_deleted = row.get("withdrawn") is True and ("deleted" in row or "time" not in row)
        if before is not None and is_deleted:
            if before.is_deleted:
                return before.round, None, ""
            if "time" in row:  # the tool's clock may be ahead of ours
                row = {**row, "time": max(moment(row["time"]), before.moment)[1]}
        when = moment(row.get("time"))
        digest = hashlib.sha256(to_lines([row]).encode("utf-8")).digest()
        if before is not None and before.is_deleted and when <= before.moment:
            return before.round, None, "was deleted before it came; it does not count"
        if before is not None and (when < before.moment or (when, digest) == (before.moment, before.digest)):
            return before.round, None, ""
        k = before.round if before is not None and is_deleted else entry.round
        owner = project if project is not None or last is None else last.project
        fresh[name, sentence] = fresh[name, None] = _Known(when, digest, k, sentence, owner, is_deleted)
        if before is not None and before.is_deleted:
            return k, row, "was deleted and comes again with a later time; it counts"
        seen = last or first
        if before is not None or seen is None or None in (sentence, seen.sentence) or seen.sentence == sentence:
            return k, row, ""
        was = f"where it was id {seen.sentence!r} of project {seen.project}"
        return k, row, f"is now of id {sentence!r}, {was}; it counts as another annotation"

    def _file(self, k: int) -> LogFile:
        if k not in self._files:
            self._files[k] = LogFile(RoundFiles.of(self._run, k).own_to_write(NAME))
        return self._files[k]
