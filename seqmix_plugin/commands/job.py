"""The run of one seed in a process of its own, and what became of it."""

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
from seqmix_plugin.run.reader import Run, read_run
from seqmix_plugin.run.run_state import DIED, DONE, run_state

TAIL = 2**16
"""Bytes at the end of a log in which the reason of a failure is looked for."""
LONGEST = 500
"""Characters of a reason."""
FINISHED, FAILED, BUSY = "finished", "failed", "busy"


@dataclass(frozen=True)
class Outcome:
    """
    What became of one seed.

    # Parameters

    seed : `int`
    state : `str`
        "finished", "done" when it was so before, "failed", or "busy" when another process is at it.
    log : `Path`
        What the process printed.
    reason : `str`, optional (default = `""`)
        Why there is no finished run.
    seconds : `float`, optional (default = `0.0`)
        From the start of the process to its end.
    run : `Run`, optional (default = `None`)
        The finished run.
    """

    seed: int
    state: str
    log: Path
    reason: str = ""
    seconds: float = 0.0
    run: Optional[Run] = None

    @property
    def line(self) -> str:
        """What the terminal shows of it."""
        if self.run is None:
            return f"seed {self.seed}: {self.state}: {self.reason} (see {self.log})"
        parts = [f"seed {self.seed}: {self.state}{' before' if self.state == DONE else ''}"]
        scores = self.run.rounds[-1]["scores"]
        parts += [f"{split} F1 {100 * scores[split]['f1']:.2f}" for split in scores] or [f"F1 {NOT_MEASURED}"]
        return " | ".join(parts + ([f"{self.seconds:.0f} s"] if self.state == FINISHED else []))


class Job:
    """
    The run of one seed in a process of its own, which prints to `<folder>.log`. The process holds a lock on its log,
    so that nobody else starts the same run as long as it lives, even when the one who started it is gone.

    # Parameters

    seed : `int`
    folder : `Path`
        The run's folder.
    configuration : `Dict[str, Any]`
        What the run will be of.
    arguments : `List[str]`
        Of `allennlp`.
    """

    def __init__(self, seed: int, folder: Path, configuration: Dict[str, Any], arguments: List[str]) -> None:
        self.seed = seed
        self.folder = folder
        self.log = folder.with_name(f"{folder.name}.log")
        self._configuration = configuration
        self._arguments = arguments

    @property
    def rounds(self) -> int:
        """How many rounds are in the folder."""
        try:
            return (self.folder / ROUNDS).read_bytes().count(b"\n")
        except OSError:
            return 0

    @property
    def state(self) -> str:
        """What the folder holds; another configuration is a `ConfigurationError`."""
        return run_state(self.folder, self._configuration)

    def start(self, environment: Dict[str, str], show: Callable[[str], None]) -> Optional[Outcome]:
        """Starts the process and gives `None`, or the outcome when there is none to start."""
        try:
            with open_own(self.log, "ab") as log:
                if not _lock(log):
                    return Outcome(self.seed, BUSY, self.log, "it is being run by another process")
                state = self.state  # looked at under the lock: another process may just have finished
                if state == DONE:
                    return Outcome(self.seed, DONE, self.log, run=read_run(self.folder))
                arguments = self._arguments
                if state == DIED and any((self.folder / STATE).glob("round_*.json")):
                    show(f"seed {self.seed}: the run in {self.folder} did not finish; it goes on")
                    arguments = [*arguments, "--recover"]
                elif state == DIED and any((self.folder / name).exists() for name in (ROUNDS, ANNOTATED, QUERIES)):
                    raise ConfigurationError(
                        f"{self.folder} holds rounds that cannot be gone on with; take another folder"
                    )
                elif state == DIED:
                    show(f"seed {self.seed}: the run in {self.folder} had not begun; it is started anew")
                    shutil.rmtree(self.folder)
                log.truncate(0)
                self._began = time.perf_counter()
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "allennlp", *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    start_new_session=True,  # Ctrl-C is for us, and we end all that a process started
                )
        except (ConfigurationError, OSError) as error:
            return Outcome(self.seed, FAILED, self.log, first_line(error))
        return None

    def outcome(self) -> Outcome:
        """When the process has ended."""
        seconds = time.perf_counter() - self._began
        code = self.process.wait()
        try:
            # The state raises where the configuration was changed before the process read it.
            if code != 0 or self.state != DONE:  # one that waits for labels says so in its last line
                return Outcome(self.seed, FAILED, self.log, _reason(self.log, code), seconds)
            return Outcome(self.seed, FINISHED, self.log, seconds=seconds, run=read_run(self.folder))
        except (ConfigurationError, OSError) as error:
            return Outcome(self.seed, FAILED, self.log, first_line(error), seconds)


def _lock(log: IO[bytes]) -> bool:
    """Whether an open file could be locked; the lock is that of all processes that inherit the file."""
    import fcntl  # not on every platform, and the other commands do without

    try:
        fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _reason(log: Path, code: int) -> str:
    """The last error line of a log, or whatever else says why the process ended."""
    with open(log, "rb") as file:
        file.seek(max(0, os.path.getsize(log) - TAIL))
        lines = [line.strip() for line in file.read().decode("utf-8", errors="replace").splitlines()]
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    if not errors and code < 0:
        return f"ended by signal {-code} ({signal.strsignal(-code)})"
    return ([f"exit code {code}"] + [line for line in lines if line] + errors)[-1][:LONGEST]
