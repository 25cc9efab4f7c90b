"""The processes of several seeds, a few at a time."""

import os
import signal
import subprocess
import threading
import time
from contextlib import contextmanager, nullcontext, suppress
from typing import Callable, Dict, Iterator, List, Sequence

from allennlp.common.checks import ConfigurationError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from seqmix_plugin.commands.seed_run import Outcome, SeedRun
from seqmix_plugin.errors import first_line, printable

POLL = 0.5
"""Seconds between two checks of the processes."""
GRACE = 10.0
"""Seconds that the processes have to end before they are killed."""


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
                progress.update(bar, completed=sum(run.count_rounds() for run in runs), description=seeds)
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


def _end(runs: Sequence[SeedRun]) -> None:
    """Ends processes and what they started."""
    for run in runs:
        _signal(run, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    for run in runs:
        with suppress(subprocess.TimeoutExpired):
            run.process.wait(max(0.0, deadline - time.monotonic()))
        _signal(run, signal.SIGKILL)
        run.process.wait()


def _signal(run: SeedRun, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # all have ended
        os.killpg(run.process.pid, number)
