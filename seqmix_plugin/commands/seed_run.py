"""The run of one seed in a process of its own, and its outcome."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Callable, Dict, List, Optional

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import first_line
from seqmix_plugin.io.folder_guard import open_own
from seqmix_plugin.run.layout import ANNOTATED, NOT_MEASURED, QUERIES, ROUNDS, STATE
from seqmix_plugin.run.reader import DIED, DONE, Run, read_run, run_state

TAIL = 2**16
"""Bytes at the end of a log that are searched for the reason of a failure."""
LONGEST = 500
"""Characters of a reason."""
FINISHED, FAILED, BUSY = "finished", "failed", "busy"


@dataclass(frozen=True)
class Outcome:
    """
    The outcome for one seed: "finished", "done" when it was finished before, "failed", or "busy" when another process
    has locked it. Without a finished `run`, `reason` says why.
    """

    seed: int
    state: str
    log: Path
    reason: str = ""
    seconds: float = 0.0
    run: Optional[Run] = None

    @property
    def line(self) -> str:
        """The line that the terminal shows."""
        if self.run is None:
            return f"seed {self.seed}: {self.state}: {self.reason} (see {self.log})"
        scores = self.run.rounds[-1]["scores"]
        parts = [f"{split} F1 {100 * scores[split]['f1']:.2f}" for split in scores] or [f"F1 {NOT_MEASURED}"]
        parts += [f"{self.seconds:.0f} s"] if self.state == FINISHED else []
        return " | ".join([f"seed {self.seed}: {self.state}{' before' if self.state == DONE else ''}", *parts])


class SeedRun:
    """
    The run of one seed in a process of its own, which prints to `<folder>.log`. The process holds a lock on its log, so
    that no other process starts the same run while it lives, even after the one that started it has ended.

    # Parameters

    seed : `int`
        The run's seed.
    folder : `Path`
        The run's folder.
    configuration : `Dict[str, Any]`
        The run's configuration, with its seeds.
    arguments : `List[str]`
        The arguments of `allennlp` that start it.
    """

    def __init__(self, seed: int, folder: Path, configuration: Dict[str, Any], arguments: List[str]) -> None:
        self.seed = seed
        self.folder = folder
        self.log = folder.with_name(f"{folder.name}.log")
        self._configuration = configuration
        self._arguments = arguments

    def count_rounds(self) -> int:
        """The number of rounds in the folder."""
        try:
            return (self.folder / ROUNDS).read_bytes().count(b"\n")
        except OSError:
            return 0

    def check_folder(self) -> str:
        """What the folder holds, see `run_state`; a `ConfigurationError` for another configuration."""
        return run_state(self.folder, self._configuration)

    def start(self, environment: Dict[str, str], show: Callable[[str], None]) -> Optional[Outcome]:
        """Starts the process and returns `None`, or the outcome where none is to be started."""
        try:
            with open_own(self.log, "ab") as log:
                if not _lock(log):
                    return Outcome(self.seed, BUSY, self.log, "another process runs it")
                state = self.check_folder()  # under the lock: another process may just have finished
                if state == DONE:
                    return Outcome(self.seed, DONE, self.log, run=read_run(self.folder))
                resume = self._clear(show) if state == DIED else []
                log.truncate(0)
                self._began = time.perf_counter()
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "allennlp", *self._arguments, *resume],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    start_new_session=True,  # Ctrl-C is for us, and we end all that a process started
                )
        except (ConfigurationError, OSError) as error:
            return Outcome(self.seed, FAILED, self.log, first_line(error))
        return None

    def _clear(self, show: Callable[[str], None]) -> List[str]:
        """Arguments that resume a run that died; one that had not begun is removed."""
        if any((self.folder / STATE).glob("round_*.json")):
            show(f"seed {self.seed}: resumes the unfinished run in {self.folder}")
            return ["--recover"]
        if any((self.folder / name).exists() for name in (ROUNDS, ANNOTATED, QUERIES)):
            raise ConfigurationError(f"{self.folder} holds rounds that cannot be resumed; choose another folder")
        show(f"seed {self.seed}: the run in {self.folder} had not begun; it starts again")
        shutil.rmtree(self.folder)
        return []

    def outcome(self) -> Outcome:
        """The outcome when the process has ended."""
        seconds = time.perf_counter() - self._began
        code = self.process.wait()
        try:
            # The check raises where the configuration was changed before the process read it.
            if code != 0 or self.check_folder() != DONE:  # a run that waits for labels says so in its last line
                return Outcome(self.seed, FAILED, self.log, _reason(self.log, code), seconds)
            return Outcome(self.seed, FINISHED, self.log, seconds=seconds, run=read_run(self.folder))
        except (ConfigurationError, OSError) as error:
            return Outcome(self.seed, FAILED, self.log, first_line(error), seconds)


def _lock(log: IO[bytes]) -> bool:
    """Whether an open file could be locked; all processes that inherit the file hold the lock."""
    import fcntl  # not on every platform, and the other commands do without

    try:
        fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _reason(log: Path, code: int) -> str:
    """The last error line of a log, or else why the process ended."""
    with open(log, "rb") as file:
        file.seek(max(0, os.path.getsize(log) - TAIL))
        lines = [line.strip() for line in file.read().decode("utf-8", errors="replace").splitlines()]
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    if not errors and code < 0:
        return f"ended by signal {-code} ({signal.strsignal(-code)})"
    return ([f"exit code {code}"] + [line for line in lines if line] + errors)[-1][:LONGEST]
