"""Real processes of `allennlp`; those that are ended get no further than their imports."""

import fcntl
import os
import signal
import threading
from pathlib import Path
from typing import List

import pytest

from seqmix_plugin.many_runs import local_processes
from seqmix_plugin.many_runs.execution import run_all
from seqmix_plugin.many_runs.local_processes import LocalProcesses
from seqmix_plugin.many_runs.outcome import FINISHED, Outcome
from seqmix_plugin.many_runs.planned_run import TAIL, PlannedRun, reason_of
from seqmix_plugin.many_runs.rounds_bar import RoundsBar
from seqmix_plugin.run.reader import read_run
from tests.reporting.conftest import write_run


def job(folder: Path, seed: int = 1) -> PlannedRun:
    """A process that would take seconds to say that there is no such command."""
    return PlannedRun(seed, folder / str(seed), {}, ["no-such-command"])


def run_local(jobs: List[PlannedRun], workers: int) -> List[Outcome]:
    return run_all(jobs, LocalProcesses(workers), RoundsBar(jobs, 0))


def is_locked(log: Path) -> bool:
    """Whether a process that prints to a log lives."""
    with open(log, "ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_a_process_holds_the_lock_itself(tmp_path: Path) -> None:
    first, second = job(tmp_path), job(tmp_path)
    lines: List[str] = []
    assert first.start(dict(os.environ), lines.append) is None
    outcome = second.start(dict(os.environ), lines.append)
    assert outcome is not None
    assert outcome.line == f"seed 1: busy: another process runs it (see {tmp_path / '1.log'})"
    first.process.kill()
    first.process.wait()
    assert not is_locked(first.log)
    assert first.outcome().line == f"seed 1: failed: ended by signal 9 (Killed) (see {first.log})"
    assert lines == []


@pytest.mark.parametrize(("measured", "said"), [(True, "dev F1 25.00 | test F1 30.00"), (False, "F1 not measured")])
def test_the_line_of_a_run_says_what_it_reached(tmp_path: Path, measured: bool, said: str) -> None:
    run = read_run(write_run(tmp_path / "1", [20.0, 30.0], measured=measured))
    outcome = Outcome(1, FINISHED, tmp_path / "1.log", seconds=12.3, run=run)
    assert outcome.line == f"seed 1: finished | {said} | 12 s"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_processes(number: signal.Signals, tmp_path: Path) -> None:
    if signal.getsignal(number) == signal.SIG_IGN:
        pytest.skip("is ignored here, and then it is by us as well")
    jobs = [job(tmp_path, seed) for seed in (1, 2, 3)]
    handler = signal.getsignal(number)
    threading.Timer(1, os.kill, (os.getpid(), number)).start()
    with pytest.raises(KeyboardInterrupt):
        run_local(jobs, 2)
    assert all(one.process.returncode in (-signal.SIGTERM, 1) for one in jobs[:2]), "1 is AllenNLP's for SIGTERM"
    assert not any(is_locked(one.log) for one in jobs[:2])
    assert not jobs[2].log.exists(), "it was not started"
    assert signal.getsignal(number) == handler


def test_a_process_that_does_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_processes, "GRACE", 0.3)
    before = [signal.signal(signal.SIGTERM, signal.SIG_IGN), signal.signal(signal.SIGINT, signal.default_int_handler)]
    stubborn = job(tmp_path)  # it inherits that SIGTERM is ignored
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            run_local([stubborn], 1)
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_IGN, "as under nohup, what was ignored stays so"
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    assert stubborn.process.returncode == -signal.SIGKILL


def test_a_job_that_cannot_be_started_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "1.log").mkdir()
    outcomes = run_local([job(tmp_path)], 1)
    assert [(outcome.state, outcome.run) for outcome in outcomes] == [("failed", None)]
    assert "1.log is a folder; expected a run's own files" in outcomes[0].reason
    assert capsys.readouterr().out == outcomes[0].line + "\n"


def test_outside_the_main_thread_no_signal_is_caught(tmp_path: Path) -> None:
    (tmp_path / "1.log").mkdir()
    outcomes: list = []
    thread = threading.Thread(target=lambda: outcomes.extend(run_local([job(tmp_path)], 1)))
    thread.start()
    thread.join()
    assert [outcome.state for outcome in outcomes] == ["failed"]


@pytest.mark.parametrize(
    ("printed", "code", "reason"),
    [
        ("round 0\nerror: a.conll, line 7: no tag\nbye\n", 1, "a.conll, line 7: no tag"),
        ("error: first\nerror: second\n", 1, "second"),
        ("Traceback\n  at\nValueError: x\n\n  \n", 1, "ValueError: x"),
        ("", 3, "exit code 3"),
        ("working\n", -signal.SIGSEGV, "ended by signal 11 (Segmentation fault)"),
        ("error: said so\n", -signal.SIGKILL, "said so"),
        ("é" * TAIL + "\nlast\n", 1, "last"),
    ],
)
def test_the_reason_of_a_failure(printed: str, code: int, reason: str, tmp_path: Path) -> None:
    (tmp_path / "1.log").write_text(printed, encoding="utf-8")
    assert reason_of(tmp_path / "1.log", code) == reason
