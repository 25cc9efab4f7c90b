"""TensorBoard, MLflow and Weights & Biases really get the curve of a small run that is interrupted and resumed."""

import json
import time
from copy import deepcopy
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple
from urllib.request import urlopen

import pytest
from allennlp.commands.train import train_model
from allennlp.common import Params
from filelock import FileLock, Timeout

from seqmix_plugin.trackers import RunTrackers
from seqmix_plugin.trackers.mlflow import MlflowTracker, _accepted, _alone
from seqmix_plugin.trackers.tracker import KeptRun, TrackedRun
from seqmix_plugin.trackers.values import round_values
from seqmix_plugin.trackers.wandb import WandbTracker
from tests.active_learning.conftest import lines, small_config

SHORT = {"trainer.augmenter": {"type": "none"}, "trainer.trainer.num_epochs": 1, "test_data_path": None, "seed": 5}
QUIET = {"WANDB_ERROR_REPORTING": "false", "MLFLOW_DISABLE_TELEMETRY": "true", "WANDB_SILENT": "true"}


class Tracked(NamedTuple):
    """A run that was interrupted after round 1 was done and before it was logged, then resumed."""

    folder: Path
    database: str
    wandb: Path
    untracked: Path

    @property
    def rounds(self) -> List[Dict[str, Any]]:
        return lines(self.folder / "rounds.jsonl")

    def series(self, name: str) -> List[float]:
        return [round_values(record)[name] for record in self.rounds]

    @property
    def kept(self) -> List[Dict[str, Any]]:
        return json.loads((self.folder / "state" / "trackers.json").read_text())["trackers"]


# Imported where they are needed, because each process of a parallel test run imports this file: that would take 3 s.
def accumulated(folder: str) -> Any:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    return EventAccumulator(folder)


def mlflow_client(database: str) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(database)


@pytest.fixture(scope="module")
def tracked(tiny_encoder: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracked]:
    place = tmp_path_factory.mktemp("tracked")
    database = f"sqlite:///{place}/mlflow.db"
    trackers = [
        {"type": "tensorboard"},
        {"type": "mlflow", "tracking_uri": database, "experiment_name": "curves"},
        {"type": "wandb", "project": "curves", "mode": "offline"},
    ]
    config = small_config(tiny_encoder, **SHORT)
    with_trackers = {**config, "trainer": {**config["trainer"], "trackers": trackers}}
    folder = place / "entropy" / "5"
    log = RunTrackers.log

    def killed(self: RunTrackers, rounds: List[Dict[str, Any]]) -> None:
        if len(rounds) == 2:
            raise KeyboardInterrupt
        log(self, rounds)

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)  # MLflow keeps artifacts in the working directory
        for name, value in {**QUIET, "WANDB_DIR": str(place)}.items():
            patch.setenv(name, value)
        with pytest.MonkeyPatch.context() as interruption:
            interruption.setattr(RunTrackers, "log", killed)
            with pytest.raises(KeyboardInterrupt):
                train_model(Params(deepcopy(with_trackers)), str(folder))
        train_model(Params(deepcopy(with_trackers)), str(folder), recover=True)
        train_model(Params(config), str(place / "untracked"))
        yield Tracked(folder, database, place / "wandb", place / "untracked")


def test_a_tracked_run_computes_what_an_untracked_one_does(tracked: Tracked) -> None:
    assert (tracked.folder / "annotated.jsonl").read_bytes() == (tracked.untracked / "annotated.jsonl").read_bytes()
    of_untracked = lines(tracked.untracked / "rounds.jsonl")
    assert [record["scores"] for record in tracked.rounds] == [record["scores"] for record in of_untracked]


def test_tensorboard_shows_the_curve(tracked: Tracked) -> None:
    events = accumulated(str(tracked.folder / "tensorboard"))
    events.Reload()
    for name in ("dev/f1", "dev/PER/f1", "annotated/sentences", "annotated/hours", "seconds/train"):
        found = events.Scalars(name)
        assert [event.step for event in found] == [0, 1, 2]
        assert [event.value for event in found] == pytest.approx(tracked.series(name))
    [image] = events.Images("learning_curve.png")
    assert image.encoded_image_string == (tracked.folder / "learning_curve.png").read_bytes()
    metrics = events.Tensors("metrics.json/text_summary")[-1].tensor_proto.string_val[0].decode()
    assert "| annotated_sentences | 24 |" in metrics
    parameters = events.summary_metadata["_hparams_/session_start_info"].plugin_data.content
    assert b"normalized_token_entropy" in parameters


def test_tensorboard_serves_the_runs_of_a_folder(tracked: Tracked) -> None:
    from tensorboard.program import TensorBoard

    board = TensorBoard()
    runs = tracked.folder.parent.parent
    board.configure([None, "--logdir", str(runs), "--port", "0", "--host", "127.0.0.1", "--load_fast", "false"])
    address = board.launch()
    for _ in range(100):
        with urlopen(f"{address}data/plugin/scalars/tags") as answer:
            shown = json.load(answer)
        if shown:
            break
        time.sleep(0.1)
    assert list(shown) == ["entropy/5/tensorboard"]
    assert {"dev/f1", "annotated/sentences"} <= set(shown["entropy/5/tensorboard"])


def test_rounds_that_tensorboard_has_already_are_replaced(tracked: Tracked, tmp_path: Path) -> None:
    from seqmix_plugin.trackers.tensorboard import TensorboardTracker

    tracker, run = TensorboardTracker(), TrackedRun(tmp_path, "nte", 1, {"a": 1})
    for first, value in ((0, 1.0), (1, 2.0)):
        assert tracker.open(run, KeptRun(rounds=first)).rounds == first
        for number in range(first, 3):
            tracker.log(number, {"dev/f1": value})
    events = accumulated(str(tmp_path / "tensorboard"))
    events.Reload()
    assert [(event.step, event.value) for event in events.Scalars("dev/f1")] == [(0, 1), (1, 2), (2, 2)]


def test_mlflow_shows_the_curve(tracked: Tracked) -> None:
    client = mlflow_client(tracked.database)
    experiment = client.get_experiment_by_name("curves")
    assert experiment is not None
    [run] = client.search_runs([experiment.experiment_id])
    assert run.info.run_id == tracked.kept[1]["run_id"]
    assert (run.info.run_name, run.info.status) == ("entropy-5", "FINISHED")
    assert (run.data.tags["experiment"], run.data.tags["seed"]) == ("entropy", "5")
    for name in round_values(tracked.rounds[0]):
        history = sorted(client.get_metric_history(run.info.run_id, name), key=lambda metric: metric.step)
        assert [(metric.step, metric.value) for metric in history] == list(enumerate(tracked.series(name))), name
    assert run.data.params["trainer.query_policy.type"] == "normalized_token_entropy"
    assert run.data.params["seed"] == "5"
    assert "versions.torch" in run.data.params
    assert sorted(file.path for file in client.list_artifacts(run.info.run_id)) == [
        "learning_curve.png",
        "metrics.json",
    ]
    kept = Path(client.download_artifacts(run.info.run_id, "metrics.json")).read_text()
    assert json.loads(kept) == json.loads((tracked.folder / "metrics.json").read_text())


def test_a_database_is_made_by_one_run_at_a_time(tmp_path: Path) -> None:
    place = tmp_path / "new" / "mlflow.db"
    with _alone(f"sqlite:///{place}"), pytest.raises(Timeout):
        FileLock(f"{place}.lock", timeout=0).acquire()
    with _alone("http://localhost:5000"), FileLock(f"{place}.lock", timeout=0):
        pass


def test_mlflow_tells_which_rounds_it_has(tracked: Tracked, tmp_path: Path) -> None:
    run = TrackedRun(
        tmp_path, "nte", 1, {"long": "x" * 7000, "strange+key": 1, **dict.fromkeys(map(str, range(120)), 2)}
    )
    tracker = MlflowTracker(tracked.database, "restarts")
    kept = tracker.open(run, KeptRun())
    assert kept.rounds == 0
    tracker.log(0, {f"{kind}/f1": 0.5 for kind in range(1200)} | {"round": 0})
    assert tracker.open(run, KeptRun(run_id=kept.run_id)) == KeptRun(run_id=kept.run_id, rounds=1)
    tracker.close("waiting", {})
    found = mlflow_client(tracked.database).get_run(str(kept.run_id))
    assert (found.info.status, len(found.data.metrics)) == ("SCHEDULED", 1201)
    assert found.data.params == _accepted(run.parameters)
    assert found.data.params["long"] == "x" * 5999 + "…"
    assert found.data.params["strange_key"] == "1"

    def refused(run_id: str, folder: str) -> None:
        raise OSError("no place for files")

    tracker._client.log_artifacts = refused  # type: ignore[method-assign]
    with pytest.raises(OSError, match="no place for files"):
        tracker.close("finished", {"metrics.json": b"{}"})
    assert mlflow_client(tracked.database).get_run(str(kept.run_id)).info.status == "FINISHED"


def offline_records(folder: Path) -> Iterator[Any]:
    """The records in a run's file of W&B, which has the form of a LevelDB log with a header of 7 bytes."""
    from wandb.proto.wandb_internal_pb2 import Record

    [path] = folder.glob("*.wandb")
    content, place, parts = path.read_bytes(), 7, b""
    while place < len(content):
        left = 32768 - place % 32768
        if left < 7:  # padding at the end of a block
            place += left
            continue
        size, kind = int.from_bytes(content[place + 4 : place + 6], "little"), content[place + 6]
        parts += content[place + 7 : place + 7 + size]
        place += 7 + size
        if kind in (1, 4):  # whole, or the last part
            record = Record()
            record.ParseFromString(parts)
            parts = b""
            yield record


def test_wandb_keeps_the_curve_for_its_server(tracked: Tracked) -> None:
    starts = sorted(tracked.wandb.glob("offline-run-*"))
    records = [list(offline_records(start)) for start in starts]
    assert len(records) == 2
    runs = [record.run for start in records for record in start if record.HasField("run")]
    assert {(run.project, run.run_id, run.display_name, run.run_group) for run in runs} == {
        ("curves", tracked.kept[2]["run_id"], "entropy-5", "entropy")
    }
    config = {item.key: json.loads(item.value_json) for item in runs[0].config.update}
    assert config["trainer.query_policy.type"] == "normalized_token_entropy"
    metrics = {
        (record.metric.glob_name, record.metric.step_metric) for record in records[0] if record.HasField("metric")
    }
    assert ("*", "round") in metrics
    steps = [[record.history for record in start if record.HasField("history")] for start in records]
    assert [[history.step.num for history in start] for start in steps] == [[0], [1, 2]]
    rows = [{_key(item): json.loads(item.value_json) for item in row.item} for start in steps for row in start]
    for name in ("dev/f1", "annotated/sentences", "round"):
        assert [row[name] for row in rows] == pytest.approx(tracked.series(name))
    names = sorted(path.name for path in starts[1].glob("files/*") if path.suffix in (".png", ".json"))
    assert {"learning_curve.png", "metrics.json"} <= set(names)


class RunOfWandb:
    """What W&B's server tells of a run."""

    def __init__(self, **arguments: Any) -> None:
        self.id, self.arguments, self.starting_step, self.resumed = arguments["id"], arguments, 3, True
        self.is_finished = False

    def define_metric(self, *arguments: str, **settings: str) -> None:
        pass

    def finish(self, exit_code: int) -> None:
        self.is_finished = True


def test_one_run_of_wandb_is_open_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: List[RunOfWandb] = []
    monkeypatch.setattr("wandb.init", lambda **arguments: begun.append(RunOfWandb(**arguments)) or begun[-1])
    tracker, run = WandbTracker(), TrackedRun(tmp_path, "nte", 1, {"a": 1})
    for _ in range(2):  # as after an error
        assert tracker.open(run, KeptRun(run_id="first", rounds=1)) == KeptRun(run_id="first", rounds=3)
    second = tracker.open(run, KeptRun())
    assert [one.id for one in begun] == ["first", second.run_id]
    assert [one.is_finished for one in begun] == [True, False]
    assert begun[0].arguments["settings"].reinit == "create_new", "a run that a notebook has begun goes on"


def _key(item: Any) -> str:
    return item.key or ".".join(item.nested_key)
