"""The driver of the experiments: its order, what it refuses, and what a run and a signal leave behind."""

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import List, Sequence

import pytest
from _jsonnet import evaluate_file

from scripts import experiments, plan
from seqmix_plugin.run.layout import CONFIG, METRICS
from seqmix_plugin.run.run_record import read_record
from tests.conftest import ROOT
from tests.reporting.conftest import write_run
from tests.shown_commands import shown_commands

PROGRAM = """
import sys
from pathlib import Path
from scripts import experiments as e
folder, data = Path(sys.argv[1]), Path(sys.argv[2])
jobs = e.jobs(e.configurations(folder / "small", {}), [1, 2], folder / "results" / "small")
e.prepare(folder / "runs", data)
sys.exit(e.run([job for job in jobs if not job.record.exists()], folder / "runs", 1, True))
"""


def listed(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> List[str]:
    assert experiments.main([*arguments, "--list"]) == 0
    return capsys.readouterr().out.splitlines()


def test_all_methods_have_a_seed_before_the_next_begins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["large_pool", "--corpora", "conll", "--methods", "nte", "random", "--results", str(tmp_path)]
    record = tmp_path / "large_pool" / "conll_nte" / "1.json"
    record.parent.mkdir(parents=True)
    record.write_text("{}")
    assert listed([*arguments, "--seeds", "1,3-4"], capsys) == [
        "large_pool: 1 of 6 runs are there",
        "large_pool, conll_random, seed 1",
        "large_pool, conll_random, seed 3",
        "large_pool, conll_nte, seed 3",
        "large_pool, conll_random, seed 4",
        "large_pool, conll_nte, seed 4",
    ]


@pytest.mark.parametrize(
    "command",
    sorted(
        {shown.command for shown in shown_commands() if re.match(r"python -m scripts\.(plan|exper)", shown.command)}
    ),
)
def test_the_commands_of_the_pages(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All but the runs themselves, which need the corpora and hours."""
    module, *arguments = shlex.split(command)[2:]
    script = {"scripts.plan": plan, "scripts.experiments": experiments}[module]
    assert script.main([*arguments, "--results", str(tmp_path), "--list"]) == 0
    assert re.search(r": 0 of [1-9]\d* runs are there\n.*, seed 1\n", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--seeds", "1-"], "--seeds is '1-'; expected distinct numbers such as 1,2,3 or 1-8"),
        (["--seeds", "5-2"], "--seeds is '5-2'; expected distinct numbers such as 1,2,3 or 1-8"),
        (["--seeds", "2,1-3"], "--seeds is '2,1-3'; expected distinct numbers such as 1,2,3 or 1-8"),
        (["--workers", "0"], "--workers is 0; expected 1 or more"),
        (["--methods", "nte_sub"], "--methods is 'nte_sub'; expected some of bald, lc, mnlp, nte, qbc, random"),
        (["--corpora", "webpage"], "--corpora is 'webpage'; expected some of conll, events"),
        (["--data", "nowhere"], "nowhere/conll03/eng.train is missing; expected a folder with conll03/eng.train"),
    ],
)
def test_a_mistake_is_told_before_anything_runs(arguments: List[str], message: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=re.escape(f"error: {message}")):
        experiments.main(["large_pool", "--runs", str(tmp_path / "runs"), "--results", str(tmp_path), *arguments])
    assert list(tmp_path.iterdir()) == []


def test_files_with_other_content_are_refused(tmp_path: Path) -> None:
    (tmp_path / "webpage").mkdir()
    (tmp_path / "webpage" / "train.conll").write_text("Oslo B-LOC\n")
    with pytest.raises(SystemExit, match="train.conll differs from the file of the records"):
        experiments.check_data(["webpage"], tmp_path, ROOT / "results" / "data.json")


def test_a_run_that_fails_names_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def start(job: experiments.Job, work: Path) -> "subprocess.Popen[bytes]":
        experiments.log(job, work).parent.mkdir()
        experiments.log(job, work).write_text("error: no such file\n")
        return subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"])

    monkeypatch.setattr(experiments, "start", start)
    monkeypatch.setattr(experiments.signal, "signal", lambda *arguments: None)
    job = experiments.Job(Path("conll_nte.jsonnet"), 3, tmp_path / "large_pool" / "conll_nte" / "3.json")
    (tmp_path / "runs").mkdir()
    assert experiments.run([job], tmp_path / "runs", 1, False) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"failed: large_pool, conll_nte, seed 3; {tmp_path}/runs/large_pool/conll_nte_3.log says why"


def test_a_record_is_committed_as_its_run_ends_and_a_signal_ends_the_next(tmp_path: Path) -> None:
    """The first run is there already, as it would take too long here."""
    name, quickstart = "quickstart_nte_sub", ROOT / "training_configs" / "quickstart.jsonnet"
    folder = write_run(tmp_path / "runs" / "small" / name / "1", [20, 30, 40, 50])
    (folder / CONFIG).write_text(evaluate_file(str(quickstart)))
    (folder / METRICS).write_text("{}")
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / f"{name}.jsonnet").write_text(f"import '{quickstart}'")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    author = {f"GIT_{who}_{key}": "a@b" for who in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), str(ROOT / "data")]
    environment = {**os.environ, **author, "PYTHONPATH": str(ROOT)}
    lines = []
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.strip())
            if "seed 2 (2 of 2)" in line:
                process.send_signal(signal.SIGTERM)
    assert process.returncode == 130
    assert lines[1] == "seed 1: done before | dev F1 45.00 | test F1 50.00"
    assert lines[-1] == "stopped; the same command resumes it"
    record = tmp_path / "results" / "small" / name / "1.json"
    assert read_record(record).f1("test") == [20, 30, 40, 50]
    assert str(tmp_path) not in record.read_text()
    assert not record.with_name("2.json").exists()
    log = subprocess.check_output(["git", "-C", str(tmp_path), "log", "--format=%s", "--stat"], text=True)
    assert log.startswith(f"Record: small, {name}, seed 1\n")
    assert "1 file changed" in log
