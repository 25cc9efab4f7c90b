"""Runs that stop before their last round."""

import json
from pathlib import Path
from typing import Any, Dict

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.reporting.run import read_run
from tests.active_learning.conftest import Run, lines
from tests.faults.drill import differences

NONE = {"trainer.augmenter": {"type": "none"}}


def test_a_run_stops_and_says_why(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    folder = run("run", **NONE, **{"trainer.stopping": {"type": "label_budget", "sentences": 15}})
    rounds = lines(folder / "rounds.jsonl")
    assert [record.get("stop") for record in rounds] == [None, "18 sentences are labelled, of 15"]
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["stopped_because"] == "18 sentences are labelled, of 15"
    assert "stopped after round 1: 18 sentences are labelled, of 15" in capsys.readouterr().out
    assert read_run(folder).finished
    before = (folder / "best.th").read_bytes()
    (folder / "best.th").unlink()
    again = run("run", recover=True, **NONE, **{"trainer.stopping": {"type": "label_budget", "sentences": 15}})
    assert lines(again / "rounds.jsonl") == rounds
    assert (folder / "best.th").read_bytes() == before


def test_models_are_compared_on_a_sample(run: Run, tmp_path: Path) -> None:
    stopping = {"type": "stable_predictions", "sample_size": 10, "min_kappa": 1.0, "patience": 2}
    still = {"trainer.trainer.optimizer.lr": 0.0, "trainer.num_rounds": 4, "trainer.query_size": 2}
    settings: Dict[str, Any] = {**NONE, "trainer.stopping": stopping}
    folder = run("still", **settings, **still)
    assert [record.get("kappa") for record in lines(folder / "rounds.jsonl")] == [None, 1.0, 1.0]
    moving = run("moving", **settings, **{"trainer.num_rounds": 1})
    assert -1 <= lines(moving / "rounds.jsonl")[1]["kappa"] < 1
    # Round 1 is made again from the state of round 0.
    before = (moving / "rounds.jsonl").read_bytes()
    (moving / "state" / "round_1.json").unlink()
    run("moving", recover=True, **settings, **{"trainer.num_rounds": 1})
    for line, old in zip(lines(moving / "rounds.jsonl"), map(json.loads, before.splitlines()), strict=True):
        assert line.get("kappa") == old.get("kappa")
    assert differences(moving, moving) == []


def test_a_criterion_needs_its_split(run: Run) -> None:
    with pytest.raises(ConfigurationError, match="stopping needs F1 on dev, but there is no validation_data_path"):
        run("run", **{"validation_data_path": None, "trainer.stopping": {"type": "plateau"}})
