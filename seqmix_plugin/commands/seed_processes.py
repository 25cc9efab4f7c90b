"""The runs of several seeds, each in a process of its own, a few at a time."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from seqmix_plugin.errors import ConfigurationError, first_line, printable
from seqmix_plugin.io.folder_guard import open_own
from seqmix_plugin.run.layout import ANNOTATED, NOT_MEASURED, QUERIES, ROUNDS, STATE
from seqmix_plugin.run.reader import DIED, DONE, Run, read_run, run_state

POLL = 0.5
"""Seconds between two checks of the processes."""
GRACE = 10.0
"""Seconds that the processes have to end before they are killed."""
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

    def check_folder(self) -> str:
        """What the folder holds, see `run_state`; a `ConfigurationError` for another configuration."""
        return run_state(self.folder, self._configuration)

    def start(self, environment: Dict[str, str], show: Callable[[str], None]) -> Optional[Outcome]:
        """Starts the process and returns `None`, or the outcome where none is to be started."""
        import fcntl  # not on every platform, and the other commands do without

        try:
            with open_own(self.log, "ab") as log:
                fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)  # all processes that inherit the file hold the lock
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
        except BlockingIOError:
            return Outcome(self.seed, BUSY, self.log, "another process runs it")
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


def _reason(log: Path, code: int) -> str:
    """The last error line of a log, or else why the process ended."""
    with open(log, "rb") as file:
        file.seek(max(0, os.path.getsize(log) - TAIL))
        lines = [line.strip() for line in file.read().decode("utf-8", errors="replace").splitlines()]
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    if not errors and code < 0:
        return f"ended by signal {-code} ({signal.strsignal(-code)})"
    return ([f"exit code {code}"] + [line for line in lines if line] + errors)[-1][:LONGEST]


def run_seeds(
    runs: Sequence[SeedRun], workers: int, total_rounds: int, keep: Callable[[Outcome], None] = lambda outcome: None
) -> List[Outcome]:
    """
    Runs seeds in their order, a few at a time; a failure does not stop the others. The terminal shows a line for each
    outcome. On Ctrl-C, SIGTERM or SIGHUP all processes are ended and a `KeyboardInterrupt` is raised.

    # Parameters

    runs : `Sequence[SeedRun]`
        The seeds' runs.
    workers : `int`
        The number of processes at a time. Unless `OMP_NUM_THREADS` is set, they share the processor's cores.
    total_rounds : `int`
        The number of rounds of all runs together, for the progress bar.
    keep : `Callable[[Outcome], None]`, optional
        Called with each outcome as soon as it is known.

    # Returns

    `List[Outcome]`
        In the order in which they were known.
    """
    environment = {"OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // workers)), **os.environ}
    waiting, running = list(runs), []  # type: List[SeedRun], List[SeedRun]
    outcomes: List[Outcome] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("rounds"))
    progress = Progress(*columns, TimeElapsedColumn(), transient=True)
    bar = progress.add_task("", total=total_rounds)
    on_terminal = progress.console.is_terminal  # elsewhere it would leave an empty line

    def show(line: str) -> None:
        progress.console.print(printable(line), markup=False, highlight=False, soft_wrap=True)

    with progress if on_terminal else nullcontext(), _stop_requests() as stop_requests:
        try:
            while (waiting or running) and not stop_requests:
                new: List[Outcome] = []
                if waiting and len(running) < workers:
                    run = waiting.pop(0)
                    outcome = run.start(environment, show)
                    if outcome is None:
                        running.append(run)
                    else:
                        new.append(outcome)
                else:
                    time.sleep(POLL)
                for run in [run for run in running if run.process.poll() is not None]:
                    running.remove(run)
                    new.append(run.outcome())
                for outcome in new:
                    show(outcome.line)
                    try:
                        keep(outcome)
                    except (ConfigurationError, OSError) as error:  # the others continue
                        show(f"seed {outcome.seed}: its record could not be written: {first_line(error)}")
                outcomes += new
                seeds = f"seeds {', '.join(str(run.seed) for run in running)}" if running else ""
                progress.update(bar, completed=_count_rounds(runs), description=seeds)
        finally:
            _end(running)
    if waiting or running:
        raise KeyboardInterrupt
    return outcomes


@contextmanager
def _stop_requests() -> Iterator[List[int]]:
    """Signals to stop, collected in a list: one that comes while a process is started must not leave it behind."""
    came: List[int] = []
    before: Dict[int, object] = {}
    if threading.current_thread() is threading.main_thread():  # Python gives signals to no other
        for wanted in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(wanted) not in (signal.SIG_IGN, None):  # as under nohup
                before[wanted] = signal.signal(wanted, lambda got, _: came.append(got))
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]


def _count_rounds(runs: Sequence[SeedRun]) -> int:
    files = (run.folder / ROUNDS for run in runs)
    return sum(file.read_bytes().count(b"\n") for file in files if file.is_file())


def _end(runs: Sequence[SeedRun]) -> None:
    """Ends processes and what they started."""
    deadline = time.monotonic() + GRACE
    for number in (signal.SIGTERM, signal.SIGKILL):
        for run in runs:
            with suppress(ProcessLookupError, PermissionError):  # all have ended
                os.killpg(run.process.pid, number)
        for run in runs:
            with suppress(subprocess.TimeoutExpired):
                run.process.wait(max(0.0, deadline - time.monotonic()) if number == signal.SIGTERM else None)
