"""What annotators said, written down as it arrives: each delivery once, in whatever order they come."""

import hashlib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence, Set, Tuple

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.formats import RoundFiles
from seqmix_plugin.formats.answers import Moment, moment
from seqmix_plugin.formats.json_files import Row, to_lines
from seqmix_plugin.formats.jsonl import annotation_name
from seqmix_plugin.service.log_file import LogFile

NAME = "service"
"""Of the file among a round's answers."""


class Entry(NamedTuple):
    """
    A delivery.

    # Parameters

    row : `Row`
        In our own format, with the key `annotation`.
    round : `int`
        Whose question it answers; a row without a `time`, which takes back for good, goes to the round of what it takes
        back, if that is known.
    """

    row: Row
    round: int


class _Known(NamedTuple):
    """The newest row of an annotation."""

    moment: Moment
    digest: bytes
    round: int


@dataclass
class _Ticket:
    """What one caller waits for."""

    entries: Sequence[Entry]
    num_written: int = 0
    rounds: Set[int] = field(default_factory=set)
    done: bool = False
    problem: Optional[str] = "it was not written"


class AnnotationLog:
    """
    The files `service.answers.jsonl` of a run's rounds, both what the run reads and what the service remembers. Of an
    annotation a later version replaces an earlier one, whichever comes first; what was there already is not written
    again. What callers bring while another one waits for the disk is written together, with one `fsync` a file.

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
        self._known: Dict[str, _Known] = {}
        self._waiting: List[_Ticket] = []
        self._queue = threading.Lock()
        self._disk = threading.Lock()
        for k in RoundFiles.all(run):
            for row in self._file(k).rows:
                if annotation_name(row) is not None:
                    self._note(self._known, Entry(row, k))

    def add(self, entries: Sequence[Entry]) -> int:
        """
        Writes what is new of some deliveries, and returns when all of them are on the disk.

        # Returns

        `int`
            How many were new.

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
        return ticket.num_written

    def _write(self, batch: Sequence[_Ticket]) -> None:
        """Writes what is new of a batch, a file at a time, and tells its callers what became of theirs."""
        fresh: Dict[str, _Known] = {}
        lines: Dict[int, List[Row]] = {}
        failed: Dict[int, str] = {}
        try:
            for ticket in batch:
                for entry in ticket.entries:
                    k, is_new = self._note(fresh, entry)
                    ticket.rounds.add(k)
                    if is_new:
                        ticket.num_written += 1
                        lines.setdefault(k, []).append(entry.row)
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

    def _note(self, fresh: Dict[str, _Known], entry: Entry) -> Tuple[int, bool]:
        """The round to which a row goes and whether it is new; it is then the newest of its annotation."""
        name = str(annotation_name(entry.row))
        before = fresh.get(name) or self._known.get(name)
        when = moment(entry.row.get("time"))
        digest = hashlib.sha256(to_lines([entry.row]).encode("utf-8")).digest()
        if before is not None and (when < before.moment or (when, digest) == (before.moment, before.digest)):
            return before.round, False
        k = before.round if before is not None and "time" not in entry.row else entry.round
        fresh[name] = _Known(when, digest, k)
        return k, True

    def _file(self, k: int) -> LogFile:
        if k not in self._files:
            self._files[k] = LogFile(RoundFiles.of(self._run, k).own_to_write(NAME))
        return self._files[k]
