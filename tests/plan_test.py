"""The plan of the runs that show what saves labels: its order, and what it makes of the records that there are."""

from pathlib import Path

import pytest

from scripts import plan
from scripts.results import gains
from tests.results_test import copied


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Two policies that were screened: BALD is better than MNLP."""
    for method, gain in (("random", 0.0), ("bald", 0.1), ("mnlp", 0.05)):
        copied(tmp_path / "large_pool", f"conll_{method}", 1, gain=gain)
    return tmp_path


def test_the_best_of_the_screening_are_compared_in_full(results: Path) -> None:
    [step] = [step for step in plan.STEPS if step.title == "full comparison"]
    whole = gains.recommended()["measured_as"]
    assert plan.methods_of(step, gains.CONLL, results) == ["random", "mnlp", "nte", whole, "bald"]
    assert plan.unconfigured(step, results) == ["webpage_bald"]
    jobs = plan.jobs_of(step, results)
    assert len({job.record for job in jobs}) == len(jobs) == 8 * (3 * 5 - 1)
    assert [job.configuration.stem for job in jobs[:6]] == [
        *(f"conll_{name}" for name in ("random", "mnlp", "nte", whole, "bald")),
        "events_random",
    ]
    assert {job.seed for job in jobs[:14]} == {1}, "all corpora and methods before the next seed"


def test_each_step_has_runs_of_every_corpus_and_method(results: Path) -> None:
    for step in plan.STEPS:
        stems = {job.configuration.stem for job in plan.jobs_of(step, results)}
        assert all(any(stem.startswith(corpus.prefix) for stem in stems) for corpus in step.corpora)
    [e5] = [step for step in plan.STEPS if step.corpora == [gains.E5]]
    assert {job.configuration.stem for job in plan.jobs_of(e5, results)} == {
        "offline_conll_random",
        f"offline_conll_{gains.recommended()['measured_as']}",
    }


def test_what_is_missing_is_listed_step_by_step(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--results", str(results), "--list", "--methods", "random", "mnlp", "--corpora", "conll"]
    assert plan.main([*arguments, "--steps", "baselines", "full comparison"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "baselines: 2 of 6 runs are there",
        "large_pool, conll_random, seed 2",
        "large_pool, conll_mnlp, seed 2",
    ]
    assert "full comparison: the best of the screening so far are bald, mnlp" in lines
    assert "full comparison: 2 of 16 runs are there" in lines


def test_a_signal_ends_the_plan(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = [1, plan.STOPPED]
    monkeypatch.setattr(plan, "finish", lambda *given: codes.pop(0))
    assert plan.main(["--results", str(results)]) == plan.STOPPED
    assert codes == [], "a run that fails does not end it"
