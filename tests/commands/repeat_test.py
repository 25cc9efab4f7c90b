"""Real runs, three of them shared by the tests: one that fails, one that finishes, and the first once more."""

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import pytest
import rich
import torch
from allennlp.commands import main
from allennlp.commands.train import train_model
from allennlp.common import Params

from seqmix_plugin.commands.repeat import repeat, seeds_suffice
from seqmix_plugin.commands.run_plan import parse_seeds, seed_overrides
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.many_runs.planned_run import PlannedRun
from seqmix_plugin.run.layout import METRICS, ROUNDS
from seqmix_plugin.run.reader import SEEDS, read_run
from seqmix_plugin.run.run_record import read_record
from tests.active_learning.conftest import lines, small_config
from tests.commands.conftest import Command
from tests.conftest import QUICKSTART, ROOT
from tests.faults.drill import differences
from tests.many_runs.local_processes_test import is_locked

SMALL = {
    "trainer.num_rounds": 1,
    "trainer.pool.size": 18,  # all of the slice is labelled in the end
    "trainer.trainer.num_epochs": 1,
    "trainer.augmenter": {"type": "none"},
}


class Calls(NamedTuple):
    """The same call twice: at first seed 1 fails."""

    config: Path
    folder: Path
    codes: List[int]
    printed: List[List[str]]
    kept: List[Dict[str, int]]
    """When the files of seed 2 were written."""

    @property
    def arguments(self) -> List[str]:
        return ["repeat", str(self.config), "-s", str(self.folder)]


@pytest.fixture(scope="module")
def calls(tiny_encoder: str, tmp_path_factory: pytest.TempPathFactory) -> Calls:
    """Two calls for the seeds 1 and 2. The training file comes when seed 1 has missed it."""
    top = tmp_path_factory.mktemp("repeat")
    data = top / "train.conll"
    config, folder = top / "small.json", top / "runs"
    config.write_text(json.dumps(small_config(tiny_encoder, **SMALL, train_data_path=str(data))), encoding="utf-8")
    (top / "users_package.py").write_text("import sys\nprint('the package of a user', file=sys.stderr)\n")
    package = ["--include-package", "users_package"]
    calls = Calls(config, folder, [], [], [])
    mended = threading.Thread(target=mend, args=(folder / "1.log", data))
    mended.start()
    for workers, threads in (("1", "1"), (str(os.cpu_count()), None)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{top}")
            patch.syspath_prepend(top)
            patch.delenv("OMP_NUM_THREADS", raising=False)
            if threads is not None:
                patch.setenv("OMP_NUM_THREADS", threads)
            arguments = [*calls.arguments, "--seeds", "1,2", "--workers", workers, *package]
            code, printed = called(arguments, top / "records", top)
        calls.codes.append(code)
        calls.printed.append(printed)
        calls.kept.append({path.name: path.stat().st_mtime_ns for path in (folder / "2").iterdir()})
    mended.join()
    return calls


def mend(log: Path, data: Path) -> None:
    """Puts the training file where it belongs when a log says that it is missing."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and not (log.exists() and "error: " in log.read_text()):
        time.sleep(0.2)
    shutil.copy(QUICKSTART / "train.conll", data)


def called(arguments: List[str], records: Path, top: Path) -> Tuple[int, List[str]]:
    """Exit code and lines of a call in this process."""
    with pytest.MonkeyPatch.context() as patch, open(top / "out", "w+", encoding="utf-8") as out:
        patch.setattr(sys, "argv", ["allennlp", *arguments, "--records", str(records)])
        patch.setattr(sys, "stdout", out)
        try:
            main(prog="allennlp")
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        out.seek(0)
        return code, out.read().splitlines()


def test_a_failure_does_not_stop_the_others(calls: Calls) -> None:
    assert calls.codes == [1, 0]
    seeds, first, second, last = calls.printed[0]
    assert seeds == "with 2 seeds no difference can be significant at 0.05: one pair of methods needs 6 seeds"
    reason = rf".*{re.escape(str(calls.config.parent / 'train.conll'))}.*"
    assert re.fullmatch(rf"seed 1: failed: {reason} \(see {re.escape(str(calls.folder / '1.log'))}\)", first)
    assert re.fullmatch(r"seed 2: finished \| dev F1 \d+\.\d\d \| test F1 \d+\.\d\d \| \d+ s", second)
    assert re.fullmatch(rf"1 finished, 0 skipped \(done before\), 1 not done: seed 1 \({reason}\)", last)


def test_what_died_is_run_again_and_what_is_done_is_not(calls: Calls) -> None:
    _, again, *ended, last = calls.printed[1]
    assert again == f"seed 1: the run in {calls.folder / '1'} had not begun; it starts again"
    assert [line.split(" | ")[0] for line in sorted(ended)] == ["seed 1: finished", "seed 2: done before"]
    assert last == "1 finished, 1 skipped (done before), 0 not done"
    assert calls.kept[0] == calls.kept[1], "no file of seed 2 was touched"
    assert sorted(path.name for path in calls.folder.iterdir()) == ["1", "1.log", "2", "2.log"]
    assert "error: " not in (calls.folder / "1.log").read_text(), "the log is that of the new run"


def test_what_is_done_with_other_data_is_an_error(calls: Calls, tmp_path: Path) -> None:
    folder = shutil.copytree(calls.folder / "2", tmp_path / "2")
    data = tmp_path / "train.conll"
    data.write_bytes((QUICKSTART / "train.conll").read_bytes())
    configuration = {**json.loads((folder / "config.json").read_text()), "train_data_path": str(data)}
    (folder / "config.json").write_text(json.dumps(configuration), encoding="utf-8")
    job = PlannedRun(2, folder, configuration, [])
    assert job.check_folder() == "done"
    data.write_text(data.read_text(encoding="utf-8").replace("B-PER", "B-LOC"), encoding="utf-8")
    with pytest.raises(
        ConfigurationError, match=r"^train_data_path: .* began; bring .*, or take another folder \(-s\)$"
    ):
        job.check_folder()


def test_what_died_on_its_way_goes_on(calls: Calls, tmp_path: Path) -> None:
    folder = shutil.copytree(calls.folder / "2", tmp_path / "2")
    (folder / METRICS).unlink()
    told: List[str] = []
    job = PlannedRun(2, folder, json.loads((folder / "config.json").read_text()), ["train", "config.json"])
    assert job.start(dict(os.environ), told.append) is None
    job.process.kill()
    job.process.wait()
    assert job.process.args[-3:] == ["train", "config.json", "--recover"]  # type: ignore[index]
    assert told == [f"seed 2: resumes the unfinished run in {folder}"]


@pytest.mark.parametrize("whole_rounds", [0, 1])
def test_a_run_that_waits_for_labels_is_not_done(calls: Calls, tmp_path: Path, whole_rounds: int) -> None:
    folder = shutil.copytree(calls.folder / "2", tmp_path / "2")
    rounds = (folder / ROUNDS).read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / ROUNDS).write_text("".join(rounds[:whole_rounds]), encoding="utf-8")
    if not whole_rounds:
        (folder / ROUNDS).unlink()
    job = PlannedRun(2, folder, json.loads((folder / "config.json").read_text()), [])
    job.log.write_text("round 0: 12 sentences\nround 1 waits for labels\n", encoding="utf-8")
    job.process, job._began = subprocess.Popen([sys.executable, "-c", ""]), time.perf_counter()
    outcome = job.outcome()
    assert (outcome.run, outcome.reason) == (None, "round 1 waits for labels")
    assert job.check_folder() == "died", "the next call resumes it"


def test_the_seeds_are_set_and_the_slice_stays(calls: Calls) -> None:
    configs = [json.loads((calls.folder / str(seed) / "config.json").read_text()) for seed in (1, 2)]
    assert [[config[key] for key in SEEDS] for config in configs] == [[1] * 4, [2] * 4]
    ids = [[row["id"] for row in lines(calls.folder / str(seed) / "annotated.jsonl")] for seed in (1, 2)]
    assert sorted(ids[0]) == sorted(ids[1]), "the same slice"
    assert ids[0] != ids[1], "in another order"
    runs = [read_run(calls.folder / str(seed)) for seed in (1, 2)]
    assert [run.unit for run in runs] == [(1, 0), (2, 0)]
    assert runs[0].configuration_hash == runs[1].configuration_hash


def test_another_process_with_the_same_seed_makes_the_same_run(calls: Calls, tmp_path: Path) -> None:
    """Sets and hashes come in another order there."""
    configuration = json.loads((calls.folder / "2" / "config.json").read_text())
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    train_model(Params(configuration), str(tmp_path / "2"))
    torch.set_num_threads(threads)
    assert differences(calls.folder / "2", tmp_path / "2") == []


def test_threads(calls: Calls) -> None:
    """Seed 2 ran with the user's number, seed 1 with its share of the cores."""
    assert [read_run(calls.folder / str(seed)).environment["threads"] for seed in (1, 2)] == [1, 1]


def test_another_package_is_included(calls: Calls) -> None:
    assert all("the package of a user" in (calls.folder / f"{seed}.log").read_text() for seed in (1, 2))


def test_records(calls: Calls) -> None:
    folder = calls.config.parent / "records" / "small"
    assert sorted(path.name for path in folder.iterdir()) == ["1.json", "2.json"]
    for seed in (1, 2):
        run, kept = read_run(calls.folder / str(seed)), read_record(folder / f"{seed}.json")
        assert (kept.unit, kept.configuration_hash, kept.f1("test")) == (
            run.unit,
            run.configuration_hash,
            run.f1("test"),
        )


def test_a_terminal_shows_the_rounds(calls: Calls, capsys: pytest.CaptureFixture[str]) -> None:
    rich.reconfigure(force_terminal=True, width=100)
    try:
        outcomes = repeat(str(calls.config), seeds="2,1", serialization_dir=str(calls.folder))
    finally:
        rich.reconfigure()
    assert [(outcome.seed, outcome.state) for outcome in outcomes] == [(2, "done"), (1, "done")]
    assert "4/4" in capsys.readouterr().out


def test_a_run_that_another_process_is_at_is_left_alone(
    calls: Calls, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    with open(calls.folder / "9.log", "ab") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        assert command(*calls.arguments, "--seeds", "2,9") == 1
    (calls.folder / "9.log").unlink()
    assert capsys.readouterr().out.splitlines()[2:] == [
        f"seed 9: busy: another process runs it (see {calls.folder / '9.log'})",
        "0 finished, 1 skipped (done before), 1 not done: seed 9 (another process runs it)",
    ]


def copied(calls: Calls, target: Path, seed: int = 2) -> List[str]:
    """The arguments of a call that finds the run of seed 2 under another seed."""
    shutil.copytree(calls.folder / "2", target / str(seed))
    return ["repeat", str(calls.config), "-s", str(target), "--seeds", f"1,{seed}"]


@pytest.mark.parametrize(
    ("seed", "more", "message"),
    [
        (2, ["-o", '{"trainer.query_size": 5}'], "2 holds a run of another configuration; take another folder (-s)"),
        (3, [], "3 holds a run with seed 2, not 3; take another folder (-s)"),
        (2, ["--vary-data"], "2 holds a run with trainer.pool.data_seed 0, not 2; take another folder (-s)"),
    ],
)
def test_another_run_is_an_error_before_any_work(
    calls: Calls,
    command: Command,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    seed: int,
    more: List[str],
    message: str,
) -> None:
    arguments = copied(calls, tmp_path / "runs", seed)
    assert command(*arguments, *more) == 1
    assert capsys.readouterr().err.splitlines()[-1] == f"error: {tmp_path / 'runs'}/{message}"
    assert [path.name for path in (tmp_path / "runs").iterdir()] == [str(seed)]


def test_what_is_in_the_way_is_named(
    calls: Calls, command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def error(*arguments: object) -> str:
        assert command(*arguments) == 1
        (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
        return line.replace(str(tmp_path), "")

    arguments = copied(calls, tmp_path / "runs")
    other = tmp_path / "runs" / "1"
    other.touch()
    assert error(*arguments) == "error: /runs/1 is not a folder; choose another one (-s)"
    other.unlink()
    other.mkdir()
    (other / "notes.txt").touch()
    assert error(*arguments) == "error: /runs/1 holds other files than those of a run; choose another folder (-s)"
    shutil.rmtree(other)
    (tmp_path / "runs" / "2" / ROUNDS).write_text("{}\n")
    assert error(*arguments) == f"error: /runs/2/{ROUNDS}, line 1: not the record of round 0 (round is missing)"
    (tmp_path / "file").touch()
    for target in ("file", "file/runs"):
        start = ["repeat", calls.config, "--seeds", "2"]
        assert error(*start, "-s", tmp_path / target).startswith(f"error: /{target}: cannot be written (")
        with_records = [*start, "-s", calls.folder, "--records", tmp_path / target]
        assert error(*with_records).startswith(f"error: /{target}/small: cannot be written (")


def test_the_record_of_another_run_is_not_replaced(
    calls: Calls, command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = tmp_path / "records"
    (records / "small").mkdir(parents=True)
    kept = calls.config.parent / "records" / "small" / "1.json"
    shutil.copy(kept, records / "small" / "2.json")
    assert command(*calls.arguments, "--seeds", "2", "--records", records) == 1
    path = records / "small" / "2.json"
    expected = f"error: {path} is the record of another run; choose another folder (--records)"
    assert capsys.readouterr().err.splitlines()[-1] == expected
    assert path.read_bytes() == kept.read_bytes()
    path.write_text("{}")
    assert command(*calls.arguments, "--seeds", "2", "--records", records) == 1
    assert f"error: {path}: not the record of a run" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "x", "1,", "1,1", "1-3,2", "5-1", "-1", "1.5", "1-", "4294967296", "²"])
def test_seeds_that_mean_nothing(text: str, calls: Calls, command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(*calls.arguments, f"--seeds={text}") == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert re.fullmatch(r"error: --seeds is .*; expected distinct integers from 0 to 2\^32 - 1.*", error)


@pytest.mark.parametrize(
    ("num_seeds", "num_pairs", "expected"),
    [
        (1, 1, "with 1 seed no difference can be significant at 0.05: one pair of methods needs 6 seeds"),
        (5, 3, "with 5 seeds no difference can be significant at 0.05: one pair of methods needs 6 seeds, 3 pairs 7"),
        (6, 3, "with 6 seeds no difference can be significant at 0.05: one pair of methods needs 6 seeds, 3 pairs 7"),
        (7, 3, "with 7 seeds a difference can be significant at 0.05: one pair of methods needs 6 seeds, 3 pairs 7"),
    ],
)
def test_seeds_that_suffice(num_seeds: int, num_pairs: int, expected: str) -> None:
    """2 / 2⁶ is below 0.05, and 2 / 2⁵ is not; 3 · 2 / 2⁷ is, and 3 · 2 / 2⁶ is not."""
    assert seeds_suffice(num_seeds, num_pairs) == expected


def test_seeds() -> None:
    assert parse_seeds("7, 1-3,0") == [7, 1, 2, 3, 0]
    assert parse_seeds("4294967295") == [2**32 - 1]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--workers", "0"], "--workers is 0; expected 1 or more"),
        (["--pairs", "0"], "--pairs is 0; expected the number of pairs of methods, 1 or more"),
        (["-o", "{"], "--overrides is '{': "),
        (["-o", "[1]"], "--overrides is '[1]'; expected a JSON object"),
        (["-o", '{"seed": 7}'], "--overrides has 'seed', which 'repeat' sets itself: use --seeds"),
        (["-o", '{"numpy_seed": 7}'], "--overrides has 'numpy_seed', which 'repeat' sets itself: use --seeds"),
        (
            ["-o", '{"trainer.pool.data_seed": 7}', "--vary-data"],
            "--overrides has 'trainer.pool.data_seed', which --vary-data sets itself: leave one out",
        ),
        (["-o", '{"trainer.nothing.there": 7}'], "small.json: the configuration cannot be read ("),
        (["-o", '{"type": "default"}'], "small.json: type is 'default'; 'repeat' needs 'active_learning'"),
        (["-o", '{"trainer": 1}'], "small.json: trainer.num_rounds is None; expected 0 or more"),
        (["-o", '{"trainer.num_rounds": -1}'], "small.json: trainer.num_rounds is -1; expected 0 or more"),
        (["-o", '{"trainer.num_rounds": true}'], "small.json: trainer.num_rounds is True; expected 0 or more"),
    ],
)
def test_mistakes_are_found_before_any_work(
    more: List[str], message: str, calls: Calls, command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("repeat", calls.config, "--seeds", "1,2", "-s", tmp_path / "runs", *more) == 1
    error = capsys.readouterr().err.splitlines()[-1].replace(f"{calls.config.parent}/", "")
    assert error.startswith(f"error: {message}")
    assert not (tmp_path / "runs").exists()


def test_a_configuration_that_is_not_there(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("repeat", tmp_path / "none.jsonnet", "--seeds", "1", "-s", tmp_path / "runs") == 1
    assert f"error: {tmp_path / 'none.jsonnet'}: the configuration cannot be read (" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("overrides", "trainer", "expected"),
    [
        ({}, None, {}),
        ({"trainer.pool.data_seed": 7}, None, {"trainer.pool.data_seed": 7}),
        ({}, {}, {"trainer": {"pool": {"data_seed": 4}}}),
        ({}, {"pool": None}, {"trainer": {"pool": {"data_seed": 4}}}),
        ({"trainer.pool.size": 7}, {"pool": {"size": 7}}, {"trainer": {"pool": {"size": 7, "data_seed": 4}}}),
        ({"trainer": {"num_rounds": 2}}, {"num_rounds": 2}, {"trainer": {"num_rounds": 2, "pool": {"data_seed": 4}}}),
    ],
)
def test_the_overrides_of_a_run(
    overrides: Dict[str, Any], trainer: Optional[Dict[str, Any]], expected: Dict[str, Any]
) -> None:
    assert seed_overrides(overrides, 4, trainer) == {**expected, **dict.fromkeys(SEEDS, 4)}


def test_ctrl_c_leaves_no_process_and_keeps_what_is_finished(calls: Calls, tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    arguments = copied(calls, folder)  # seed 1 is to be run; seed 2 is there
    log = folder / "1.log"
    process = subprocess.Popen(
        [sys.executable, "-m", "allennlp", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # it may be ignored where tests run
    )
    try:
        deadline = time.monotonic() + 300
        while not (folder / "1" / "config.json").exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
        [child] = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8").split()
        os.killpg(int(child), signal.SIGSTOP)  # such a small run could finish before it is stopped
        assert is_locked(log), "the run has not ended"
        process.send_signal(signal.SIGINT)
        time.sleep(2)  # by now SIGTERM was sent, which takes effect when the process continues
        os.killpg(int(child), signal.SIGCONT)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    expected = "interrupted: finished runs stay, and the same command resumes the others"
    assert errors.splitlines()[-1] == expected
    assert not is_locked(log), "no process that prints to the log is left"
    assert (folder / "2" / METRICS).exists()
    assert not (folder / "1" / METRICS).exists()
