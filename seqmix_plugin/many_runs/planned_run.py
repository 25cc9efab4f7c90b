"""One of several runs: its folder, its log and the process that trains it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence

from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.io.folder_guard import open_own
from seqmix_plugin.many_runs.outcome import BUSY, FAILED, FINISHED, Outcome, label
from seqmix_plugin.run.data_digests import check_finished
from seqmix_plugin.run.layout import ANNOTATED, METRICS, QUERIES, ROUNDS, STATE
from seqmix_plugin.run.reader import DIED, DONE, data_hash, identity, read_run, run_state

TAIL = 2**16
"""Bytes at the end of a log that are searched for the reason of a failure."""
LONGEST = 500
"""Characters of a reason."""


class PlannedRun:
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
    name : `str`, optional (default = `""`)
        The name of its configuration, where there are several.
    """

    def __init__(
        self, seed: int, folder: Path, configuration: Dict[str, Any], arguments: List[str], name: str = ""
    ) -> None:
        self.seed = seed
        self.folder = folder
        self.name = name
        self.log = folder.with_name(f"{folder.name}.log")
        self._configuration = configuration
        self._arguments = arguments

    @property
    def label(self) -> str:
        """How lines of the terminal name it."""
        return label(self.name, self.seed)

    @property
    def num_rounds(self) -> int:
        """The rounds of its configuration, with round 0."""
        return int(self._configuration["trainer"]["num_rounds"]) + 1

    @property
    def configuration_hash(self) -> str:
        """Of its configuration without the seeds."""
        return identity(self._configuration)[0]

    @property
    def data_hash(self) -> str:
        """Of the data that it works on."""
        return data_hash(self._configuration)

    def check_folder(self) -> str:
        """
        What the folder holds, see `run_state`; a `ConfigurationError` for another configuration, and for a finished run
        whose data have changed.
        """
        state = run_state(self.folder, self._configuration)
        if state == DONE:
            check_finished(self.folder, self._configuration, "take another folder (-s)")
        return state

    def start(
        self, environment: Dict[str, str], show: Callable[[str], None], launcher: Sequence[str] = ()
    ) -> Optional[Outcome]:
        """
        Starts the process and returns `None`, or the outcome where none is to be started.

        # Parameters

        environment : `Dict[str, str]`
            The process's environment.
        show : `Callable[[str], None]`
            Called with a line where the folder holds a run that died.
        launcher : `Sequence[str]`, optional (default = `()`)
            A command that runs the one after it. Its standard input is a pipe that only this process has open.
        """
        import fcntl  # not on every platform, and the other commands do without

        try:
            with open_own(self.log, "ab") as log:
                fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)  # all processes that inherit the file hold the lock
                state = self.check_folder()  # under the lock: another process may just have finished
                if state == DONE:
                    return replace(self._outcome(DONE), run=read_run(self.folder))
                resume = self._clear(show) if state == DIED else []
                log.truncate(0)
                self._began = time.perf_counter()
                self.process = subprocess.Popen(
                    [*launcher, sys.executable, "-m", "allennlp", *self._arguments, *resume],
                    stdin=subprocess.PIPE if launcher else subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    start_new_session=True,  # Ctrl-C is for us, and we end all that a process started
                )
        except BlockingIOError:
            return self._outcome(BUSY, "another process runs it")
        except (ConfigurationError, OSError) as error:
            return self.failed(first_line(error))
        return None

    def _clear(self, show: Callable[[str], None]) -> List[str]:
        """Arguments that resume a run that died; one that had not begun is removed."""
        if any((self.folder / STATE).glob("round_*.json")):
            show(f"{self.label}: resumes the unfinished run in {self.folder}")
            return ["--recover"]
        if any((self.folder / name).exists() for name in (ROUNDS, ANNOTATED, QUERIES, METRICS)):
            raise ConfigurationError(f"{self.folder} holds rounds that cannot be resumed; choose another folder")
        show(f"{self.label}: the run in {self.folder} had not begun; it starts again")
        shutil.rmtree(self.folder)
        return []

    def outcome(self) -> Outcome:
        """The outcome when the process has ended."""
        seconds = time.perf_counter() - self._began
        code = self.process.wait()
        try:
            # The check raises where the configuration was changed before the process read it.
            state = run_state(self.folder, self._configuration)
            if code != 0 or state != DONE:  # a run that waits for labels says so in its last line
                return self.failed(reason_of(self.log, code), seconds)
            return replace(self._outcome(FINISHED), seconds=seconds, run=read_run(self.folder))
        except (ConfigurationError, OSError) as error:
            return self.failed(first_line(error), seconds)

    def failed(self, reason: str, seconds: float = 0.0) -> Outcome:
        """The outcome of a failure."""
        return replace(self._outcome(FAILED, reason), seconds=seconds)

    def _outcome(self, state: str, reason: str = "") -> Outcome:
        return Outcome(self.seed, state, self.log, reason, name=self.name)


def reason_of(log: Path, code: int) -> str:
    """The last error line of a log, or else why the process ended."""
    with open(log, "rb") as file:
        file.seek(max(0, os.path.getsize(log) - TAIL))
        lines = [line.strip() for line in file.read().decode("utf-8", errors="replace").splitlines()]
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    if not errors and code < 0:
        return f"ended by signal {-code} ({signal.strsignal(-code)})"
    return ([f"exit code {code}"] + [line for line in lines if line] + errors)[-1][:LONGEST]
