"""What is kept of a measurement, and the page that is made of it."""

import io
import json
from pathlib import Path
from typing import Any, Dict

import pytest
import torch

from benchmarks import report, results
from benchmarks.__main__ import main
from benchmarks.measure import at_least, at_most
from benchmarks.profile import profile
from benchmarks.row import Row, Skipped, Value
from benchmarks.stages import STAGES
from tests.conftest import ROOT
from tests.results_test import strings

CPU = torch.device("cpu")
CONDITIONS = {"data": "a corpus", "device": "a CPU", "threads": 2, "revision": "abc", "versions": {"torch": "2"}}


def row(ours: float, reference: float, pairs: int = 9, **changes: Any) -> Dict[str, Any]:
    """The record of a row whose pairs are all equal."""
    record = {
        "label": "work",
        "reference": "bare",
        "target": at_most(1.1)._asdict(),
        "sizes": {"ours": 1, "reference": 1},
        "pairs": [[ours, reference]] * pairs,
        "note": "",
    }
    return {**record, **changes}


def test_the_page_is_made_from_the_measurements() -> None:
    assert (ROOT / "docs" / "performance.md").read_text(encoding="utf-8") == report.page(results.FOLDER)


def test_measurements_hold_no_paths_and_no_names_of_hosts() -> None:
    for path in results.FOLDER.glob("*.json"):
        if path.stem.endswith("_tuning"):  # of learning rates: it is no measurement of time
            continue
        if path.stem == report.PEERS:
            found = results.read(path)
            assert set(found) == {"conditions", "epochs", "runs"}
            stages = {run["package"]: {"conditions": found["conditions"], "run": run} for run in found["runs"]}
        else:
            assert path.stem in report.DEVICES
            stages = results.read(path)
            assert set(stages) <= set(STAGES)
        for stage in stages.values():
            assert set(stage["conditions"]) == {*results.KEPT, "data"}
            for key, value in strings(stage):
                assert not value.startswith("/"), (key, value)
                assert "\\" not in value, (key, value)


def test_the_share_of_the_references_operations_a_second() -> None:
    """4 GFLOP a sentence and 2 sentences: 2 s are 4 GFLOP/s, 1 s of the reference 8."""
    [remark] = report.remarks(row(2.0, 1.0, sizes={"ours": 2, "reference": 2}, target=None, operations=8_000_000_000))
    assert remark.endswith("4 GFLOP a sentence, at 4 GFLOP/s, the reference at 8: 50 % [50, 50] of its speed.")


def test_a_row_passes_by_its_interval_and_with_nine_pairs() -> None:
    assert report.passes(row(1.0, 1.0)) is True
    assert report.passes(row(1.0, 1.0, pairs=8)) is False
    assert report.passes(row(1.2, 1.0)) is False
    assert report.passes(row(1.2, 1.0, target=None)) is None
    assert report.passes(row(1.0, 1.0, target=at_least(2)._asdict())) is False
    assert report.passes({"label": "work", "skipped": "not here"}) is None


def test_seconds_are_a_sentence() -> None:
    """20 s for 10 sentences against 6 s for 2: 2 s against 3 s a sentence, 1.5 times as fast."""
    record = row(20.0, 6.0, target=at_least(1.4)._asdict(), sizes={"ours": 10, "reference": 2})
    assert report.passes(record) is True
    assert report.cells(record)[2:] == ["≥ 1.4 × as fast", "1.5 × [1.5, 1.5]", "2e+03", "3e+03", "yes"]


@pytest.mark.parametrize(("limit", "verdict"), [(0.15, True), (0.1, False), (None, None)])
def test_a_value_passes_by_its_limit(limit: float, verdict: bool) -> None:
    record = vars(Value("share", 0.12, "share", limit))
    assert report.passes(record) is verdict
    assert report.cells(record)[3] == "12.0 %"


def test_what_is_measured_is_what_was_timed() -> None:
    calls = []
    entry = Row(
        "work",
        "bare",
        at_most(1e-9),
        lambda: calls.append(1) or 1.0,
        lambda: sum(range(10)) / 45,
        difference=abs_difference,
    )
    record = results.measured(entry, 2, CPU)
    assert len(record["pairs"]) == 2
    assert record["difference"] == 0
    assert len(calls) == 1 + 2 + 1  # the last under the profiler, as the row falls short
    assert "test_what_is_measured" not in record["profile"]
    assert set(record["profile"]) & {"report_test.py:<lambda>", "<method 'append' of 'list' objects>"}
    assert json.loads(json.dumps(record)) == record


def test_a_reference_that_does_something_else_is_an_error() -> None:
    entry = Row("work", "bare", None, lambda: 1.0, lambda: 1.5, difference=abs_difference, tolerance=0.1)
    with pytest.raises(results.DifferentResultError, match=r"work: .*\(bare\) differ by 0.5; expected 0.1 at most"):
        results.measured(entry, 2, CPU)
    not_a_number = Row("work", "bare", None, lambda: 1.0, lambda: float("nan"), difference=abs_difference)
    with pytest.raises(results.DifferentResultError, match="differ by nan"):
        results.measured(not_a_number, 2, CPU)


def abs_difference(ours: float, reference: float) -> float:
    return abs(ours - reference)


def test_a_stage_measured_again_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "cpu.json"
    results.merge(path, "reading", CONDITIONS, [row(1.0, 1.0)])
    results.merge(path, "scoring", CONDITIONS, [row(1.0, 1.0)])
    results.merge(path, "reading", CONDITIONS, [row(2.0, 1.0)])
    stages = results.read(path)
    assert stages["reading"]["rows"][0]["pairs"][0] == [2.0, 1.0]
    assert stages["scoring"]["rows"][0]["pairs"][0] == [1.0, 1.0]


def test_the_page_says_what_fell_short_and_why(tmp_path: Path) -> None:
    rows = [
        row(1.0, 1.0, note="the first 10 sentences", difference=1e-8),
        row(2.0, 1.0, label="slow work", profile={"loader.py:pad": 0.6}),
        results.measured(Skipped("later work", "not there yet"), 2, CPU),
        results.measured(Value("overhead", 0.2, "share", 0.15, {"forward (s)": 8.0}), 2, CPU),
    ]
    results.merge(tmp_path / "cpu.json", "scoring", CONDITIONS, rows)
    text = report.page(tmp_path)
    assert "| work | bare | ≤ 1.1 × its time | 1 × [1, 1] | 1e+03 | 1e+03 | yes |" in text
    assert "| slow work | bare | ≤ 1.1 × its time | 2 × [2, 2] | 2e+03 | 1e+03 | NO |" in text
    assert "*slow work, against bare*: falls short; by a profile its own time goes to `loader.py:pad` 60%." in text
    assert "*work, against bare*: the first 10 sentences; largest difference of the results 1e-08." in text
    assert "*later work*: not there yet." in text
    assert "| overhead | – | ≤ 15.0 % | 20.0 % | – | – | NO |" in text
    assert "*overhead*: forward 8 s; falls short." in text
    assert "a corpus; a CPU, 2 threads; revision abc; torch 2." in text
    shown = io.StringIO()
    report.show("scoring", rows, shown)
    assert "slow work" in shown.getvalue()


def test_processes_are_counted_in_seconds_of_cpu() -> None:
    found = {"conditions": CONDITIONS, "rows": [row(0.2, 6.0, label="compare", target=None)]}
    text = report.section("startup", found)
    assert "| row | against | must reach | reached [95 %] | ms of CPU | reference's | passes |" in text
    assert "| compare | bare | – | 30 × [30, 30] | 200 | 6e+03 | – |" in text
    assert "ms a sentence" in report.section("scoring", found)


def test_a_profile_is_of_own_time() -> None:
    shares = profile(lambda: [sorted(range(2000), key=str) for _ in range(20)])
    assert next(iter(shares)) == "<built-in method builtins.sorted>"
    assert 0 < sum(shares.values()) <= 1.001


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--pairs", "1"], "--pairs is 1; an interval needs 2 or more"),
        (["--device", "cuda"], "--device is cuda; this machine has no GPU"),
    ],
)
def test_mistakes_on_the_command_line(arguments: Any, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.__main__.MINILM", ROOT)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit, match=message):
        main(arguments)


def test_the_encoder_has_to_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.__main__.MINILM", ROOT / "models" / "nothing")
    with pytest.raises(SystemExit, match="models/nothing is missing; `make models` puts it there"):
        main([])
