"""The trackers of a run: each round once, whatever happens in between, and never an error of the run's."""

import json
import logging
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Tuple

import pytest
from allennlp.common.checks import ConfigurationError
from allennlp.common.util import SigTermReceived

from seqmix_plugin.run.names import experiment_name
from seqmix_plugin.trackers import KeptRun, RunTrackers, TrackedRun, Tracker, run_trackers
from tests.trackers.values_test import CONFIGURATION, RECORD


class Server:
    """What a tracker has got, by the ids of its runs; it may be away."""

    def __init__(self) -> None:
        self.runs: Dict[str, List[int]] = {}
        self.said: List[Tuple[str, Any]] = []
        self.away: Optional[BaseException] = None


class TrackerInTest(Tracker):
    title = "test"

    def __init__(self, server: Server) -> None:
        self.server = server

    def _ask(self) -> None:
        if self.server.away is not None:
            raise self.server.away

    def open(self, run: TrackedRun, kept: KeptRun) -> KeptRun:
        self._ask()
        self.run_id = kept.run_id or f"{run.name}/{len(self.server.runs)}"
        rounds = self.server.runs.setdefault(self.run_id, [])
        return KeptRun(run_id=self.run_id, rounds=len(rounds))

    def log(self, number: int, values: Mapping[str, float]) -> None:
        self._ask()
        assert values["round"] == number
        self.server.runs[self.run_id].append(number)

    def close(self, status: str, files: Mapping[str, bytes]) -> None:
        self._ask()
        self.server.said.append((status, {name: content.decode() for name, content in files.items()}))


ROUNDS: List[Dict[str, Any]] = [{**RECORD, "round": number} for number in range(5)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    run = tmp_path / "nte" / "seed3"
    (run / "state").mkdir(parents=True)
    (run / "config.json").write_text(json.dumps(CONFIGURATION))
    return run


@pytest.fixture
def server() -> Server:
    return Server()


def start(folder: Path, server: Server, *numbers: int, metrics: Optional[Dict[str, Any]] = None) -> None:
    """A start of the run that logs after these numbers of rounds."""
    with RunTrackers([TrackerInTest(server)], folder) as trackers:
        for number in numbers:
            trackers.log(ROUNDS[:number])
        trackers.closing_with(metrics or {"status": "finished"})


def test_each_round_is_logged_once_over_all_starts(folder: Path, server: Server) -> None:
    start(folder, server, 0, 1, 2)
    start(folder, server, 2, 3)
    start(folder, server, 4, 5)  # the fourth round was done, but not logged
    assert server.runs == {"nte-3/0": [0, 1, 2, 3, 4]}
    kept = json.loads((folder / "state" / "trackers.json").read_text())
    assert kept == {"trackers": [{"run_id": "nte-3/0", "rounds": 5}]}


def test_a_round_that_was_logged_but_not_noted_is_not_logged_again(folder: Path, server: Server) -> None:
    start(folder, server, 2)
    (folder / "state" / "trackers.json").write_text('{"trackers": [{"run_id": "nte-3/0", "rounds": 1}]}')
    start(folder, server, 2, 3)
    assert server.runs == {"nte-3/0": [0, 1, 2]}


def test_a_run_that_waits_continues_in_the_same_process(folder: Path, server: Server) -> None:
    with RunTrackers([TrackerInTest(server)], folder) as trackers:
        trackers.log(ROUNDS[:1])
        trackers.closing_with({"status": "waiting"})
    with trackers:
        trackers.log(ROUNDS[:2])  # and no end of it
    assert server.runs == {"nte-3/0": [0, 1]}
    assert [status for status, _ in server.said] == ["waiting", "failed"]


@pytest.mark.parametrize("noted", [1, 3])
def test_a_run_that_has_lost_rounds_begins_a_new_one(folder: Path, server: Server, noted: int) -> None:
    start(folder, server, 3)
    kept = {"trackers": [{"run_id": "nte-3/0", "rounds": noted}]}
    (folder / "state" / "trackers.json").write_text(json.dumps(kept))
    start(folder, server, 1, 2, 3)
    assert server.runs == {"nte-3/0": [0, 1, 2], "nte-3/1": [0, 1, 2]}


def test_a_damaged_note_is_warned_of(folder: Path, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    start(folder, server, 2)
    for damage in ("{", '{"trackers": [7]}', "[]"):
        (folder / "state" / "trackers.json").write_text(damage)
        start(folder, server, 2)
    assert server.runs == {f"nte-3/{run}": [0, 1] for run in range(4)}
    assert [line.getMessage().split("/")[-1] for line in caplog.records] == [
        "trackers.json is damaged: the trackers begin new runs and log all rounds"
    ] * 3


def test_a_tracker_that_fails_is_warned_of_once_and_catches_up(
    folder: Path, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    trackers = RunTrackers([TrackerInTest(server), TrackerInTest(other := Server())], folder)
    with trackers:
        server.away = OSError("no route\nto host")
        trackers.log([])
        trackers.log(ROUNDS[:1])
        server.away = None
        trackers.log(ROUNDS[:2])
        server.away = RuntimeError("again")
        trackers.log(ROUNDS[:3])
        server.away = None
        trackers.log(ROUNDS[:4])
    assert server.runs == {"nte-3/0": [0, 1, 2, 3]}
    assert other.runs == {"nte-3/0": [0, 1, 2, 3]}
    assert [line.getMessage() for line in caplog.records] == [
        "the tracker test fails (no route to host): the run continues, and the next round tries again"
    ]


def test_a_tracker_that_fails_at_the_end_does_not_end_the_run(
    folder: Path, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    trackers = RunTrackers([TrackerInTest(server)], folder)
    with caplog.at_level(logging.WARNING), trackers:
        trackers.log(ROUNDS[:1])
        server.away = OSError("no route to host" * 100)
        trackers.closing_with({"status": "finished"})
    [line] = caplog.records
    reason = ("no route to host" * 16)[:249]
    assert line.getMessage() == (
        f"the tracker test fails ({reason}…): the run continues, and the next round tries again"
    )


@pytest.mark.parametrize(("status", "got"), [("finished", [0, 1]), ("failed", [0])])
def test_a_tracker_that_missed_the_last_round_gets_it_when_the_run_ends_well(
    folder: Path, server: Server, status: str, got: List[int]
) -> None:
    with RunTrackers([TrackerInTest(server)], folder) as trackers:
        trackers.log(ROUNDS[:1])
        server.away = OSError("no route to host")
        trackers.log(ROUNDS[:2])
        server.away = None
        trackers.closing_with({"status": status})
    assert server.runs == {"nte-3/0": got}
    assert [said for said, _ in server.said] == [status] * (len(got) - 1)


@pytest.mark.parametrize("error", [SigTermReceived(), KeyboardInterrupt(), ConfigurationError("taken by another")])
def test_what_is_not_the_trackers_error_ends_the_run(folder: Path, server: Server, error: BaseException) -> None:
    server.away = error
    with pytest.raises(type(error)):
        RunTrackers([TrackerInTest(server)], folder).log(ROUNDS[:1])


def test_trackers_are_told_how_a_run_ends(folder: Path, server: Server) -> None:
    (folder / "learning_curve.png").write_bytes(b"picture")
    start(folder, server, 1, metrics={"status": "waiting"})
    start(folder, server, 2, metrics={"status": "finished", "dev_f1": 0.5})
    trackers = RunTrackers([TrackerInTest(server)], folder)
    trackers.log(ROUNDS[:2])
    with pytest.raises(KeyboardInterrupt), trackers:
        raise KeyboardInterrupt
    files = [{"metrics.json": json.dumps(metrics, indent=2), "learning_curve.png": "picture"} for metrics in METRICS]
    assert server.said == [("waiting", files[0]), ("finished", files[1]), ("failed", {})]


METRICS: List[Dict[str, Any]] = [{"status": "waiting"}, {"status": "finished", "dev_f1": 0.5}]


def test_the_primary_process_alone_writes(folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_trackers, "is_primary", lambda: False)
    start(folder, server, 1, 2)
    assert server.runs == {}
    assert not (folder / "state" / "trackers.json").exists()


def test_a_run_without_trackers_writes_nothing(folder: Path) -> None:
    with RunTrackers([], folder) as trackers:
        trackers.log(ROUNDS)
    assert list((folder / "state").iterdir()) == []


@pytest.mark.parametrize(
    ("path", "name"),
    [("nte", "nte"), ("nte/1", "nte"), ("nte/seed2", "nte"), ("alpha_2/s-3", "alpha_2"), ("nte_1", "nte_1")],
)
def test_runs_are_named_by_their_experiment(tmp_path: Path, path: str, name: str) -> None:
    assert experiment_name(tmp_path / path) == name


def test_a_damaged_description_of_the_environment_is_left_out(folder: Path, server: Server) -> None:
    (folder / "environment.json").write_text('{"versions": {"tor')
    start(folder, server, 1)
    assert list(server.runs.values()) == [[0]]
