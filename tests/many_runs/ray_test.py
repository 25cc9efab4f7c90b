"""
A Ray cluster of real processes on this machine: a head without cores, and two nodes of one core. In one file, which the
workers of a parallel test run do not divide: the cluster takes seconds to start.
"""

import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

import pytest
import torch
from allennlp.commands.train import train_model
from allennlp.common import Params

from seqmix_plugin.commands.repeat import repeat
from seqmix_plugin.many_runs.execution import run_all
from seqmix_plugin.many_runs.guard import began_at, descendants
from seqmix_plugin.many_runs.planned_run import PlannedRun
from seqmix_plugin.many_runs.ray_cluster import OBJECT_STORE, Share, connected
from seqmix_plugin.many_runs.ray_tasks import LEASE, LOSSES, RayTasks
from seqmix_plugin.many_runs.runs_table import RunsTable
from seqmix_plugin.run.layout import ROUNDS
from tests.active_learning.conftest import small_config
from tests.conftest import ROOT
from tests.faults.drill import differences
from tests.many_runs.local_processes_test import is_locked, job

SECONDS = 300
"""Until something is given up that takes seconds."""
SMALL = {"trainer.num_rounds": 2, "trainer.pool.size": 24, "trainer.augmenter": {"type": "none"}}
SETTINGS = {
    "health_check_initial_delay_ms": 1000,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 2000,
    "health_check_failure_threshold": 5,
}
"""With which Ray notices a lost node sooner than after half a minute."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The cluster's, whose nodes take this environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("OMP_NUM_THREADS", "1")
        from ray.cluster_utils import Cluster

        node: Dict[str, Any] = {"object_store_memory": OBJECT_STORE, "include_dashboard": False}
        cluster = Cluster(True, head_node_args={"num_cpus": 0, "_system_config": SETTINGS, **node})
        try:
            for _ in range(2):
                cluster.add_node(wait=False, num_cpus=1, **node)
            cluster.wait_for_nodes(SECONDS)
            yield cluster.address
        finally:
            cluster.shutdown()


def command_line(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def processes_of(folder: Path) -> List[int]:
    """All processes that train into a folder, and the guards around them."""
    numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [number for number in numbers if f" -s {folder} " in command_line(number)]


def parent(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])


def wait_until(condition: Any, what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


class NodeKiller(threading.Thread):
    """Kills a node's raylet, as the kernel does when memory is short, once a run on it has its first round on disk."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self.killed: List[int] = []
        """The processes of the run on that node, and Ray's that started them."""

    def run(self) -> None:
        wait_until((self._folder / ROUNDS).exists, "no round")
        guard = min(processes_of(self._folder))
        worker = parent(guard)
        self.killed = [worker, *descendants(worker)]
        raylet = parent(worker)
        assert "raylet" in command_line(raylet)
        os.kill(raylet, signal.SIGKILL)


def test_a_run_dies_with_its_node_and_resumes_on_another(
    tiny_encoder: str, address: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config, folder = tmp_path / "small.json", tmp_path / "runs"
    config.write_text(json.dumps(small_config(tiny_encoder, **SMALL)), encoding="utf-8")
    killer = NodeKiller(folder / "1")
    killer.start()
    [outcome] = repeat(str(config), seeds="1", serialization_dir=str(folder), address=address, cpus_per_run=1)
    killer.join()
    assert outcome.state == "finished", outcome.reason
    assert len(killer.killed) >= 4, "Ray's process, the guard's two and the training"
    assert all(began_at(process) is None for process in killer.killed)
    assert processes_of(folder / "1") == []
    printed = capfd.readouterr()
    first, on_first, lost, on_second, resumes, last, summary = printed.out.splitlines()
    assert first.startswith("with 1 seed no difference")
    assert on_first.startswith("seed 1: on ")
    assert lost.startswith(f"seed 1: {on_first.removeprefix('seed 1: on ')} was lost; the run resumes on a node that")
    assert on_second.startswith("seed 1: on ")
    assert on_second != on_first
    assert resumes == f"seed 1: resumes the unfinished run in {folder / '1'}"
    assert last.startswith("seed 1: finished | dev F1 ")
    assert last.endswith(f" | {on_second.removeprefix('seed 1: on ')}")
    assert summary == "1 finished, 0 skipped (done before), 0 not done"
    assert printed.err == ""
    configuration = json.loads((folder / "1" / "config.json").read_text(encoding="utf-8"))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    train_model(Params(configuration), str(tmp_path / "whole"))
    torch.set_num_threads(threads)
    assert differences(tmp_path / "whole", folder / "1") == []


def on_ray(address: str, run: PlannedRun, act: Optional[threading.Thread] = None) -> List[Any]:
    with connected(address):
        if act is not None:
            act.start()
        return run_all([run], RayTasks(Share(1, 0)), RunsTable([run]))


def test_ctrl_c_ends_the_runs(address: str, tmp_path: Path) -> None:
    run = job(tmp_path)

    def interrupt() -> None:
        wait_until(lambda: run.log.exists() and is_locked(run.log), "not started")
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # it may be ignored where tests run
    try:
        with pytest.raises(KeyboardInterrupt):
            on_ray(address, run, threading.Thread(target=interrupt))
    finally:
        signal.signal(signal.SIGINT, before)
    assert not is_locked(run.log), "no process that prints to the log is left"


def test_a_run_that_loses_every_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits for the locks of a lost node only, and three times at most."""
    from ray.exceptions import WorkerCrashedError

    run, back_end = job(tmp_path), RayTasks(Share(1, 0))
    waits: List[float] = []
    lines: List[str] = []
    monkeypatch.setattr(back_end, "_submitted", lambda run, patience: waits.append(patience))
    assert back_end.start(run, lines.append) is None
    task = back_end._tasks[run]
    outcomes = [back_end._lost(run, task, WorkerCrashedError(), lines.append) for _ in range(LOSSES + 1)]
    assert outcomes[:-1] == [None] * LOSSES
    assert outcomes[-1] is not None
    assert (outcomes[-1].state, outcomes[-1].reason) == ("failed", "its node was lost 4 times, the last time a node")
    assert waits == [0.0, *[LEASE] * LOSSES]
    assert (
        lines
        == [
            "seed 1: a node was lost; the run resumes on a node that has room (WorkerCrashedError)",
        ]
        * LOSSES
    )


def test_a_folder_that_a_node_does_not_have(address: str, tmp_path: Path) -> None:
    [outcome] = on_ray(address, job(tmp_path / "elsewhere"))
    reason = f"{tmp_path / 'elsewhere'} is not there; expected a folder that all nodes share"
    assert (outcome.state, outcome.reason) == ("failed", reason)
