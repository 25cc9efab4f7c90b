"""Runs on a Ray cluster, each a task that holds its share of a node."""

import os
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Callable, Dict, List, Optional

from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.many_runs.back_end import BackEnd
from seqmix_plugin.many_runs.node_task import Place, run_on_node
from seqmix_plugin.many_runs.outcome import Outcome
from seqmix_plugin.many_runs.planned_run import PlannedRun
from seqmix_plugin.many_runs.ray_cluster import Share
from seqmix_plugin.run.reader import DONE, read_run

LOSSES = 3
"""How often a run may lose its node."""
LEASE = 300.0
"""Seconds until a file server has released the locks of a lost node; 90 are the default of NFS 4."""
GRACE = 20.0
"""Seconds that the processes have to end."""


@dataclass
class _Task:
    """A submitted run: Ray's stream of its results, its node once it has one, and the number of nodes it has lost."""

    stream: Any
    node: Optional[str] = None
    losses: int = 0


class RayTasks(BackEnd):
    """
    All runs are submitted at once, and Ray starts each where its share is free. A run whose node is lost is submitted
    again, and resumes from its folder. A run ends with its node and with this process.

    # Parameters

    share : `Share`
        Cores and GPUs of a run.
    """

    def __init__(self, share: Share) -> None:
        import ray

        self.running: List[PlannedRun] = []
        self._tasks: Dict[PlannedRun, _Task] = {}
        self._environment = {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", str(share.cpus))}
        if share.gpus == 0:
            self._environment["CUDA_VISIBLE_DEVICES"] = ""
        settings = {"num_cpus": share.cpus, "num_gpus": share.gpus, "num_returns": "streaming", "max_retries": 0}
        self._remote = ray.remote(run_on_node).options(**settings, scheduling_strategy="SPREAD")

    def has_room(self) -> bool:
        return True  # Ray's queue

    def start(self, run: PlannedRun, show: Callable[[str], None]) -> Optional[Outcome]:
        try:
            if run.check_folder() == DONE:
                return Outcome(run.seed, DONE, run.log, run=read_run(run.folder), name=run.name)
        except (ConfigurationError, OSError) as error:
            return run.failed(first_line(error))
        self.running.append(run)
        self._tasks[run] = _Task(self._submitted(run, 0.0))
        return None

    def _submitted(self, run: PlannedRun, patience: float) -> Any:
        return self._remote.remote(run, os.getcwd(), self._environment, patience)

    def node(self, run: PlannedRun) -> Optional[str]:
        return self._tasks[run].node

    def ended(self, show: Callable[[str], None]) -> List[Outcome]:
        found = [outcome for run in self.running if (outcome := self._news(run, show)) is not None]
        self.running = [run for run in self.running if run in self._tasks]
        return found

    def _news(self, run: PlannedRun, show: Callable[[str], None]) -> Optional[Outcome]:
        """What a run's task has yielded since the last call; its outcome when it has ended."""
        import ray

        task = self._tasks[run]
        try:
            while ray.wait([task.stream], timeout=0)[0]:
                item = ray.get(next(task.stream))
                if isinstance(item, Outcome):
                    return self._done(run, replace(item, node=task.node or ""))
                if isinstance(item, Place):
                    task.node = _node_name(item)
                    show(f"{run.label}: on {task.node}")
                else:
                    show(item)
        except ray.exceptions.RayTaskError as error:
            return self._done(run, run.failed(first_line(getattr(error, "cause", error))))
        except (ray.exceptions.RayError, StopIteration) as error:
            return self._lost(run, task, error, show)
        return None

    def _lost(
        self, run: PlannedRun, task: _Task, error: BaseException, show: Callable[[str], None]
    ) -> Optional[Outcome]:
        """Submits a run again whose node, or Ray's process on it, was lost."""
        where, task.node = task.node or "a node", None
        task.losses += 1
        if task.losses > LOSSES:
            return self._done(run, run.failed(f"its node was lost {task.losses} times, the last time {where}"))
        show(f"{run.label}: {where} was lost; the run resumes on a node that has room ({type(error).__name__})")
        task.stream = self._submitted(run, LEASE)
        return None

    def _done(self, run: PlannedRun, outcome: Outcome) -> Outcome:
        del self._tasks[run]
        return outcome

    def end(self) -> None:
        import ray

        for task in self._tasks.values():
            with suppress(ray.exceptions.RayError):
                ray.cancel(task.stream, force=True)  # the guard ends the run's processes with Ray's
        deadline = time.monotonic() + GRACE
        while any(_is_locked(run) for run in self._tasks) and time.monotonic() < deadline:
            time.sleep(0.1)


def _node_name(place: Place) -> str:
    """The machine's name; where it has several nodes, with the beginning of Ray's name."""
    import ray

    hosts = Counter(node["NodeManagerHostname"] for node in ray.nodes() if node["Alive"])
    return place.host if hosts[place.host] <= 1 else f"{place.host} ({place.node_id[:6]})"


def _is_locked(run: PlannedRun) -> bool:
    """Whether a process of a run lives, on any node."""
    import fcntl

    try:
        with open(run.log, "r+b") as log:
            fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # there is no log yet
        return False
    return False
