"""What a node of a Ray cluster does for a run."""

import os
import socket
import sys
import time
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Union

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.many_runs import guard
from seqmix_plugin.many_runs.outcome import BUSY, Outcome
from seqmix_plugin.many_runs.planned_run import PlannedRun

RETRY = 2.0
"""Seconds between two attempts to lock a run's log."""


class Place(NamedTuple):
    """Where a run is executed: the machine's name, and Ray's name of the node."""

    host: str
    node_id: str


def run_on_node(
    run: PlannedRun, folder: str, environment: Dict[str, str], patience: float
) -> Iterator[Union[Place, str, Outcome]]:
    """
    Trains a run in a process that ends with this one, however this one ends (see `guard`).

    # Parameters

    run : `PlannedRun`
        The run.
    folder : `str`
        The working directory of the command that started it, to which all paths are relative.
    environment : `Dict[str, str]`
        Variables in place of those of this process.
    patience : `float`
        Seconds to wait for the lock of a process on a lost node: a file server may notice its end late.

    # Returns

    `Iterator[Union[Place, str, Outcome]]`
        Where it is executed, lines to show, and the outcome.
    """
    import ray

    raylet = os.getppid()
    yield Place(socket.gethostname(), ray.get_runtime_context().get_node_id())
    for needed in (Path(folder), Path(folder, run.folder).parent):
        if not needed.is_dir():
            raise ConfigurationError(f"{needed} is not there; expected a folder that all nodes share")
    os.chdir(folder)
    told: List[str] = []
    until = time.monotonic() + patience
    launcher = [sys.executable, "-IS", guard.__file__, str(raylet)]
    while (outcome := run.start({**os.environ, **environment}, told.append, launcher)) is not None:
        if outcome.state != BUSY or time.monotonic() > until:
            yield outcome
            return
        time.sleep(RETRY)
    while told:  # `yield from` is not for Ray, which sends to the iterator
        yield told.pop(0)
    yield _finish(run, raylet)


def _finish(run: PlannedRun, raylet: int) -> Outcome:
    """Waits for a process and ends what it leaves behind."""
    try:
        run.process.wait()
        if os.getppid() != raylet:  # the node is lost to Ray, which does not end this process in time
            os._exit(1)
        return run.outcome()
    finally:
        assert run.process.stdin is not None
        run.process.stdin.close()
        run.process.wait()
