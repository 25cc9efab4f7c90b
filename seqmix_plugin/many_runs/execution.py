"""Executes several runs and reports what became of each."""

import signal
import threading
import time
from contextlib import contextmanager
from typing import Callable, Dict, Iterator, List, Sequence

from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.many_runs.back_end import BackEnd
from seqmix_plugin.many_runs.display import Display
from seqmix_plugin.many_runs.outcome import Outcome, label
from seqmix_plugin.many_runs.planned_run import PlannedRun

POLL = 0.5
"""Seconds between two looks at the runs."""


def run_all(
    runs: Sequence[PlannedRun],
    back_end: BackEnd,
    display: Display,
    keep: Callable[[Outcome], None] = lambda outcome: None,
) -> List[Outcome]:
    """
    Executes runs in their order; a failure does not stop the others. The terminal shows a line for each outcome. On
    Ctrl-C, SIGTERM or SIGHUP all runs are ended and a `KeyboardInterrupt` is raised.

    # Parameters

    runs : `Sequence[PlannedRun]`
        The runs.
    back_end : `BackEnd`
        Where they are executed.
    display : `Display`
        What the terminal shows.
    keep : `Callable[[Outcome], None]`, optional
        Called with each outcome as soon as it is known.

    # Returns

    `List[Outcome]`
        In the order in which they were known.
    """
    waiting, outcomes = list(runs), []  # type: List[PlannedRun], List[Outcome]
    with display.live(), _stop_requests() as stop_requests:
        try:
            while (waiting or back_end.running) and not stop_requests:
                new: List[Outcome] = []
                if waiting and back_end.has_room():
                    outcome = back_end.start(waiting.pop(0), display.show)
                    new += [outcome] if outcome is not None else []
                else:
                    time.sleep(POLL)
                new += back_end.ended(display.show)
                for outcome in new:
                    display.show(outcome.line)
                    try:
                        keep(outcome)
                    except (ConfigurationError, OSError) as error:  # the others continue
                        who = label(outcome.name, outcome.seed)
                        display.show(f"{who}: its record could not be written: {first_line(error)}")
                outcomes += new
                display.update(back_end, outcomes)
        finally:
            back_end.end()
    if waiting or back_end.running:
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
