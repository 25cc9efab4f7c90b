"""Jobs, some at a time."""

import os
import signal
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from typing import Callable, Dict, Iterator, List, Sequence

from allennlp.common.checks import ConfigurationError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from seqmix_plugin.commands.job import Job, Outcome
from seqmix_plugin.errors import first_line, printable

POLL = 0.5
GRACE = 10.0
"""Seconds between two looks at the processes, and from asking them to end to killing them."""


def run_jobs(
    jobs: Sequence[Job], workers: int, total_rounds: int, keep: Callable[[Outcome], None] = lambda outcome: None
) -> List[Outcome]:
    """
    Runs jobs, some at a time, in their order; a failure does not stop the others.

    # Parameters

    jobs : `Sequence[Job]`
    workers : `int`
        Processes at a time. Unless `OMP_NUM_THREADS` is set, they share the processor's cores.
    total_rounds : `int`
        What the terminal counts to.
    keep : `Callable[[Outcome], None]`, optional
        Called with each outcome as soon as it is known.

    # Returns

    `List[Outcome]`
        In the order in which they were known; the terminal shows a line of each.

    # Raises

    `KeyboardInterrupt`
        On Ctrl-C, SIGTERM or SIGHUP, when all processes have been ended.
    """
    environment = {"OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // workers)), **os.environ}
    waiting, running = list(jobs), []  # type: List[Job], List[Job]
    outcomes: List[Outcome] = []
    with _progress(total_rounds) as progress, _stop_requests() as stop_requests:

        def show(line: str) -> None:
            progress.console.print(printable(line), markup=False, highlight=False, soft_wrap=True)

        try:
            while (waiting or running) and not stop_requests:
                new: List[Outcome] = []
                if waiting and len(running) < workers:
                    job = waiting.pop(0)
                    outcome = job.start(environment, show)
                    if outcome is None:
                        running.append(job)
                    else:
                        new.append(outcome)
                else:
                    time.sleep(POLL)
                for job in [job for job in running if job.process.poll() is not None]:
                    running.remove(job)
                    new.append(job.outcome())
                for outcome in new:
                    show(outcome.line)
                    try:
                        keep(outcome)
                    except (ConfigurationError, OSError) as error:  # no reason to stop the others
                        show(f"seed {outcome.seed}: its record could not be written: {first_line(error)}")
                outcomes += new
                _update(progress, jobs, running)
        finally:
            _end(running)
        if waiting or running:
            raise KeyboardInterrupt
    return outcomes


@contextmanager
def _stop_requests() -> Iterator[List[int]]:
    """The signals to stop that came: they wait in a list, so that no process is started and not ended."""
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


def _end(jobs: Sequence[Job]) -> None:
    """Ends processes and what they started."""
    for job in jobs:
        _signal(job, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    for job in jobs:
        with suppress(subprocess.TimeoutExpired):
            job.process.wait(max(0.0, deadline - time.monotonic()))
        _signal(job, signal.SIGKILL)
        job.process.wait()


def _signal(job: Job, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # nobody is left
        os.killpg(job.process.pid, number)


@contextmanager
def _progress(total_rounds: int) -> Iterator[Progress]:
    """A bar on a terminal; elsewhere only the lines."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("rounds"))
    progress = Progress(*columns, TimeElapsedColumn(), transient=True)
    progress.disable = not progress.console.is_terminal
    progress.add_task("", total=total_rounds)
    try:
        if not progress.disable:
            progress.start()
        yield progress
    finally:
        if not progress.disable:  # it would leave an empty line
            progress.stop()


def _update(progress: Progress, jobs: Sequence[Job], running: Sequence[Job]) -> None:
    if not progress.disable:
        seeds = f"seeds {', '.join(str(job.seed) for job in running)}" if running else ""
        progress.update(progress.task_ids[0], completed=sum(job.rounds for job in jobs), description=seeds)
