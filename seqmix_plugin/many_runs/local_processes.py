"""Runs in processes of this machine, a few at a time."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from typing import Callable, List, Optional

from seqmix_plugin.many_runs.back_end import BackEnd
from seqmix_plugin.many_runs.outcome import Outcome
from seqmix_plugin.many_runs.planned_run import PlannedRun

GRACE = 10.0
"""Seconds that the processes have to end before they are killed."""


class LocalProcesses(BackEnd):
    """
    # Parameters

    workers : `int`
        The number of processes at a time. Unless `OMP_NUM_THREADS` is set, they share the processor's cores.
    """

    def __init__(self, workers: int) -> None:
        self.running: List[PlannedRun] = []
        self._workers = workers
        self._environment = {"OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // workers)), **os.environ}

    def has_room(self) -> bool:
        return len(self.running) < self._workers

    def start(self, run: PlannedRun, show: Callable[[str], None]) -> Optional[Outcome]:
        outcome = run.start(self._environment, show)
        if outcome is None:
            self.running.append(run)
        return outcome

    def ended(self, show: Callable[[str], None]) -> List[Outcome]:
        found = [run for run in self.running if run.process.poll() is not None]
        for run in found:
            self.running.remove(run)
        return [run.outcome() for run in found]

    def end(self) -> None:
        deadline = time.monotonic() + GRACE
        for number in (signal.SIGTERM, signal.SIGKILL):
            for run in self.running:
                with suppress(ProcessLookupError, PermissionError):  # all have ended
                    os.killpg(run.process.pid, number)
            for run in self.running:
                with suppress(subprocess.TimeoutExpired):
                    run.process.wait(max(0.0, deadline - time.monotonic()) if number == signal.SIGTERM else None)
