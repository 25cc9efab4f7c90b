"""Sweeps, whose runs are trained in this process."""

import io
import json
import re
import shutil
import sys
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional

import pytest
from _jsonnet import evaluate_snippet
from allennlp.commands import main
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.commands import where
from seqmix_plugin.commands.run_plan import RunPlan
from seqmix_plugin.commands.sweep import sweep
from seqmix_plugin.configuration.constructors import read_values
from seqmix_plugin.errors import first_line
from seqmix_plugin.many_runs.back_end import BackEnd
from seqmix_plugin.many_runs.grid import parse_grid
from seqmix_plugin.many_runs.local_processes import LocalProcesses
from seqmix_plugin.many_runs.outcome import FINISHED, Outcome
from seqmix_plugin.many_runs.planned_run import PlannedRun
from seqmix_plugin.run.reader import DONE, read_run
from seqmix_plugin.run.run_record import read_record
from tests.active_learning.conftest import small_config
from tests.commands.conftest import Command
from tests.conftest import ROOT

TINY = {
    "trainer.num_rounds": 1,
    "trainer.pool.size": 18,
    "trainer.trainer.num_epochs": 1,
    "trainer.augmenter": {"type": "none"},
}
NO_ROUNDS = {"config": "small.json", "overrides": {"trainer.num_rounds": 0, "trainer.query_size": []}}
GRIDS = sorted((ROOT / "training_configs" / "grids").glob("*.jsonnet"))


class InThisProcess(BackEnd):
    """Trains a run where it is started, in far less time than a process needs for its imports."""

    def __init__(self, workers: int) -> None:
        self.running: List[PlannedRun] = []

    def has_room(self) -> bool:
        return True

    def start(self, run: PlannedRun, show: Callable[[str], None]) -> Optional[Outcome]:
        if run.check_folder() == DONE:
            return LocalProcesses(1).start(run, show)
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()):
            patch.setattr(sys, "argv", ["allennlp", *run._arguments])
            try:
                main(prog="allennlp")
            except ConfigurationError as error:
                return run.failed(first_line(error))
        return replace(run.failed(""), state=FINISHED, seconds=1.0, run=read_run(run.folder))

    def ended(self, show: Callable[[str], None]) -> List[Outcome]:
        return []

    def end(self) -> None:
        pass


@pytest.fixture(scope="module", autouse=True)
def in_this_process() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, "LocalProcesses", InThisProcess)
        yield


class Sweep(NamedTuple):
    """A grid of two methods, the folder of its finished runs, and what the terminal showed."""

    grid: Path
    folder: Path
    outcomes: List[Outcome]
    printed: List[str]


def write(path: Path, content: Dict[str, Any]) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def done(tiny_encoder: str, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    top = tmp_path_factory.mktemp("sweep")
    (top / "configs").mkdir()
    write(top / "configs" / "small.json", small_config(tiny_encoder, **TINY))
    grid = write(
        top / "grid.jsonnet",
        {
            "configurations": {
                "small": "configs/small.json",
                "random": {
                    "config": "configs/small.json",
                    "overrides": {"trainer.query_policy": {"type": "random"}},
                },
            },
            "axes": {"trainer.query_size": [6]},
            "seeds": "2,1",
            "baseline": "random-query_size=6",
        },
    )
    folder, records = top / "runs", top / "records"
    with open(top / "out", "w+", encoding="utf-8") as out, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        outcomes = sweep(str(grid), serialization_dir=str(folder), records=str(records))
        out.seek(0)
        return Sweep(grid, folder, outcomes, out.read().splitlines())


def test_every_configuration_has_a_seed_before_the_next(done: Sweep) -> None:
    names = ["random-query_size=6", "small-query_size=6"]  # Jsonnet sorts the keys of objects
    assert [(one.name, one.seed, one.state) for one in done.outcomes] == [
        (name, seed, "finished") for seed in (2, 1) for name in names
    ]
    assert sorted(str(path.relative_to(done.folder)) for path in done.folder.glob("*/*")) == sorted(
        f"{name}/{seed}" for name in names for seed in (1, 2)
    )
    first, *ended = done.printed[:5]
    assert first == "with 2 seeds no difference can be significant at 0.05: one pair of methods needs 6 seeds"
    assert [line.split(" | ")[0] for line in ended] == [
        f"{name}, seed {seed}: finished" for seed in (2, 1) for name in names
    ]
    assert done.printed[5] == "4 finished, 0 skipped (done before), 0 not done"


def test_the_methods_are_compared(done: Sweep) -> None:
    assert done.printed[-1] == f"wrote {done.folder / 'report.html'}"
    assert "small-query_size=6" in (done.folder / "report.html").read_text(encoding="utf-8")
    verdicts = [line for line in done.printed if "small-query_size=6 " in line and "random-query_size=6" in line]
    assert verdicts, done.printed


def test_the_runs_are_those_of_the_grid(done: Sweep) -> None:
    policies = {
        name: json.loads((done.folder / name / "1" / "config.json").read_text())["trainer"]["query_policy"]["type"]
        for name in ("small-query_size=6", "random-query_size=6")
    }
    assert policies == {"small-query_size=6": "normalized_token_entropy", "random-query_size=6": "random"}
    records = sorted((done.grid.parent / "records").glob("*/*.json"))
    assert [read_record(path).seed for path in records] == [1, 2, 1, 2]


def test_what_is_done_is_left_as_it_is(done: Sweep, command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in done.folder.glob("*/*/*")}
    assert command("sweep", done.grid, "-s", done.folder, "--seeds", "1") == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[0] for line in printed[1:4]] == [
        "random-query_size=6, seed 1: done before",
        "small-query_size=6, seed 1: done before",
        "0 finished, 2 skipped (done before), 0 not done",
    ]
    assert {path: path.stat().st_mtime_ns for path in done.folder.glob("*/*/*")} == before


def test_a_failure_does_not_stop_the_others(
    done: Sweep, command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = {"config": str(done.grid.parent / "configs" / "small.json"), "overrides": {"model.dropout": 2}}
    grid = write(
        tmp_path / "grid.json",
        {"configurations": {"broken": broken, "small": broken["config"]}, "seeds": [1], "pairs": "small:broken"},
    )
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "small").symlink_to(done.folder / "small-query_size=6")
    assert command("sweep", grid, "-s", tmp_path / "runs") == 1
    _, failed, again, last, compared = capsys.readouterr().out.splitlines()
    assert failed.startswith("broken, seed 1: failed: model.dropout is 2; expected a number in [0, 1)")
    assert again.startswith("small, seed 1: done before | ")
    assert last.startswith("0 finished, 1 skipped (done before), 1 not done: broken, seed 1 (model.dropout is ")
    assert compared == "the methods are not compared: 1 of 2 have a finished run"
    assert not (tmp_path / "runs" / "report.html").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seeds": "3-1"}, "grid.json: seeds is '3-1'; expected distinct integers from 0 to 2^32 - 1, such as 1,2,3"),
        ({"pairs": "a:b"}, "grid.json: --baseline and --pairs exclude each other: both say what is compared"),
        ({"baseline": None, "pairs": "a:z"}, "grid.json: pairs has 'z'; expected methods with rounds, a, b"),
        ({"baseline": None, "pairs": "a"}, "grid.json: --pairs is 'a'; expected pairs of different methods, such as"),
        ({"configurations": {"a": "small.json", "b": "small.json"}}, "grid.json: a and b are the same configuration"),
        (
            {
                "configurations": {
                    "a": "small.json",
                    "b": {"config": "small.json", "overrides": {"trainer.pool.size": 9}},
                }
            },
            "grid.json: a and b do not work on the same data (train_data_path, validation_data_path, test_data_path, "
            "trainer.pool.size); expected a grid a corpus, and 'seqmix compare-corpora' for all",
        ),
        (
            {"configurations": {"a": NO_ROUNDS, "b": "small.json"}},
            "grid.json: baseline is 'a', which has no rounds; expected one of b",
        ),
        (
            {"configurations": {"a": NO_ROUNDS, "b": "small.json"}, "baseline": None, "pairs": "b:a"},
            "grid.json: pairs has 'a'; expected methods with rounds, b",
        ),
        ({"configurations": {"a": "none.json"}}, "none.json: the configuration cannot be read ("),
        ({"axes": {"seed": [1]}}, "grid.json: axes has 'seed', which 'sweep' sets itself: use seeds"),
    ],
)
def test_mistakes_are_found_before_any_work(
    changes: Dict[str, Any], message: str, tiny_encoder: str, tmp_path: Path
) -> None:
    write(tmp_path / "small.json", small_config(tiny_encoder, **TINY))
    other = {"config": "small.json", "overrides": {"trainer.query_size": 2}}
    content = {"configurations": {"a": "small.json", "b": other}, "seeds": "1", "baseline": "a", **changes}
    grid = write(tmp_path / "grid.json", content)
    with pytest.raises(ConfigurationError) as caught:
        sweep(str(grid), serialization_dir=str(tmp_path / "runs"))
    assert str(caught.value).replace(f"{tmp_path}/", "").startswith(message)
    assert not (tmp_path / "runs").exists()


def test_mistakes_are_named_as_the_grid_has_them(tiny_encoder: str, tmp_path: Path) -> None:
    config = small_config(tiny_encoder, **TINY)
    write(tmp_path / "small.json", config)
    write(tmp_path / "other.json", {**config, "type": "default"})
    block = {"config": "small.json", "overrides": {"trainer.pool.data_seed": 2}}
    grid = write(tmp_path / "grid.json", {"configurations": {"a": block}, "seeds": "1"})
    with pytest.raises(ConfigurationError, match=r"a: overrides has 'trainer.pool.data_seed', which --vary-data sets"):
        sweep(str(grid), serialization_dir=str(tmp_path / "runs"), vary_data=True)
    grid = write(tmp_path / "grid.json", {"configurations": {"a": "other.json"}, "seeds": "1"})
    with pytest.raises(ConfigurationError, match=r"other.json: type is 'default'; 'sweep' needs 'active_learning'"):
        sweep(str(grid), serialization_dir=str(tmp_path / "runs"))


def test_what_is_left_of_the_pairs_is_corrected_for_all(
    done: Sweep, command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The finished methods of `done`, and one that fails; the seed that is asked for beside the one that is there."""
    config = str(done.grid.parent / "configs" / "small.json")
    size = {"trainer.query_size": 6}
    methods = {
        "random-query_size=6": {"config": config, "overrides": {**size, "trainer.query_policy": {"type": "random"}}},
        "small-query_size=6": {"config": config, "overrides": size},
        "broken": {"config": config, "overrides": {"model.dropout": 2}},
    }
    shutil.copytree(done.folder, tmp_path / "runs")
    grid = write(tmp_path / "grid.json", {"configurations": methods, "seeds": [2]})
    assert command("sweep", grid, "-s", tmp_path / "runs") == 1
    printed = capsys.readouterr().out
    assert "one of 3 pairs can pass 0.05 with 7 seeds or more" in printed
    assert "7 seeds are needed, there are 2" in printed, "also the seed of the first sweep"
    point = {"config": config, "overrides": {"trainer.num_rounds": 0, "trainer.query_size": []}}
    with_point = {"configurations": {**methods, "point": point}, "seeds": [2]}
    assert command("sweep", write(tmp_path / "grid.json", with_point), "-s", tmp_path / "runs") == 1
    assert "one of 3 pairs can pass 0.05 with 7 seeds or more" in capsys.readouterr().out, "a point is in no pair"
    grid = write(tmp_path / "grid.json", {"configurations": methods, "seeds": [2], "baseline": "broken"})
    (tmp_path / "runs" / "report.html").unlink()
    assert command("sweep", grid, "-s", tmp_path / "runs") == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert (
        last == "the methods are not compared: 2 of 3 have a finished run, but not both methods of a pair of the grid"
    )
    assert not (tmp_path / "runs" / "report.html").exists()


def test_a_grid_of_one_configuration(done: Sweep, command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    configuration = {"config": "configs/small.json", "overrides": {"trainer.query_size": 6}}
    grid = {"configurations": {"small-query_size=6": configuration}, "seeds": "1"}
    assert command("sweep", write(done.grid.with_name("one.jsonnet"), grid), "-s", done.folder) == 0
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first == "with 1 seed no difference can be significant at 0.05: one pair of methods needs 6 seeds"
    assert last == "the methods are not compared: 1 of 1 have a finished run"


def test_a_file_that_holds_no_object(tmp_path: Path) -> None:
    (tmp_path / "grid.json").write_text("[1]")
    with pytest.raises(ConfigurationError, match=r"grid.json: the configuration cannot be read \(it holds no"):
        sweep(str(tmp_path / "grid.json"), serialization_dir=str(tmp_path / "runs"))


@pytest.mark.parametrize("path", GRIDS, ids=lambda path: path.stem)
def test_the_shipped_grids(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    grid = parse_grid(str(path), read_values(str(path), ""))
    plan = RunPlan([])
    for method in grid.methods:
        plan.add(str(path.parent / method.config), method.overrides, [1], Path("runs"), None, False, method.name)
    assert len({run.configuration_hash for run in plan.runs}) == len(grid.methods) > 1


def test_the_grid_of_the_page() -> None:
    page = (ROOT / "docs" / "many_runs.md").read_text(encoding="utf-8")
    [code] = [code for code in re.findall(r"```\n(.*?)```", page, re.S) if code.startswith("{")]
    grid = parse_grid("page", json.loads(evaluate_snippet("page", code)))
    assert [method.name for method in grid.methods] == [
        f"{name}-query_size={size}" for name in ("entropy", "random") for size in (25, 50)
    ]


def test_there_is_a_grid() -> None:
    assert [path.stem for path in GRIDS] == ["quickstart_sweep"]
    assert "`grids/quickstart_sweep`" in (ROOT / "training_configs" / "README.md").read_text(encoding="utf-8")
