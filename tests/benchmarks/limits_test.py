"""Stages on a machine that is lent for minutes: what is measured is kept, whatever comes after it."""

import json
import logging
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest
import torch

from benchmarks.__main__ import main, measure_stage
from benchmarks.limits import ON_A_GPU, OverTimeError, interrupted_after
from benchmarks.measure import interleaved
from benchmarks.row import Entry, Value
from benchmarks.setting import Setting
from benchmarks.stages import STAGES


def test_what_is_interrupted_keeps_its_rows(setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rows(setting: Setting) -> Iterator[Entry]:
        yield Value("first", 1.0, "s")
        time.sleep(10)
        yield Value("second", 2.0, "s")

    monkeypatch.setitem(STAGES, "reading", rows)
    monkeypatch.setattr("benchmarks.__main__.GRACE", 1.5)
    kept: List[Dict[str, Any]] = []
    path = tmp_path / "cuda.json"
    with pytest.raises(OverTimeError, match="interrupted after"):
        measure_stage("reading", setting, 2, 0.05, kept, path)
    assert [row["label"] for row in kept] == ["first"]
    assert [row["label"] for row in json.loads(path.read_text(encoding="utf-8"))["reading"]["rows"]] == ["first"]


def test_a_stage_that_fails_does_not_stop_the_next(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(setting: Setting) -> Iterator[Entry]:
        raise RuntimeError("out of memory")
        yield

    monkeypatch.setattr("benchmarks.__main__.shapes", lambda *_: {"encoders": {}, "language_models": {}})
    monkeypatch.setattr("benchmarks.__main__.MINILM", Path(__file__).parent)
    monkeypatch.setitem(STAGES, "reading", broken)
    monkeypatch.setitem(STAGES, "training", lambda _: iter([Value("trained", 1.0, "s")]))
    before = logging.getLogger("seqmix_plugin").level
    with pytest.raises(SystemExit, match="not measured to their end: reading"):
        main(["--quick", "--stage", "reading", "training"])
    assert logging.getLogger("seqmix_plugin").level == before
    assert "trained" in capsys.readouterr().out


def test_pairs_end_with_the_time_and_two_are_there() -> None:
    now = time.monotonic()
    for until, expected in ((now - 1, 2), (now + 60, 4), (None, 4)):
        pairs, *_ = interleaved(lambda: None, lambda: None, 4, torch.device("cpu"), until=until)
        assert len(pairs) == expected


def test_nothing_is_interrupted_without_a_limit() -> None:
    with interrupted_after(None):
        pass
    with interrupted_after(0.02):
        pass
    time.sleep(0.03)  # the timer was taken back


def test_the_stages_of_a_gpu_fit_into_its_part() -> None:
    assert set(ON_A_GPU) <= set(STAGES)
    assert sum(ON_A_GPU.values()) <= 220
