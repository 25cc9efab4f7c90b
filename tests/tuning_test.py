"""Learning rate and steps of a source are the best of those that were tried, and the page shows all."""

import json
import shlex
from pathlib import Path
from typing import Any, Dict

import pytest
from _jsonnet import evaluate_snippet

from scripts import tune_source
from scripts.tune_source import PAGE, RESULTS, configuration, table, with_table
from tests.conftest import ROOT
from tests.shown_commands import shown_commands

TRIALS = [
    {"lr": 1e-4, "steps": 300, "seed": 1, "dev_sentences": 800, "dtype": "float32", "f1": 0.7},
    {"lr": 1e-4, "steps": 300, "seed": 2, "dev_sentences": 800, "dtype": "float32", "f1": 0.715},
    {"lr": 5e-5, "steps": 600, "seed": 1, "dev_sentences": 800, "dtype": "float32", "f1": 0.72},
]


def test_the_table() -> None:
    assert table(TRIALS).splitlines() == [
        "F1 on 800 sentences of dev, after training on 200 sentences in batches of 16:",
        "",
        "| learning rate | 300 steps | 600 steps |",
        "|---|---|---|",
        "| 5e-05 | – | 72.0 (1 seed) |",
        "| 0.0001 | 70.8 (2 seeds) | – |",
    ]
    assert table([*TRIALS, {**TRIALS[0], "dtype": "bfloat16"}]).splitlines()[-2:] == [
        "| 0.0001 in bfloat16 | 70.0 (1 seed) | – |",
        "| 0.0001 | 70.8 (2 seeds) | – |",
    ]


def test_a_trial_differs_from_the_papers_experiment_as_it_says() -> None:
    config = configuration("offline", {"lr": 2e-4, "steps": 300, "seed": 7, "dtype": "bfloat16"})
    trainer, loader = config["trainer"], config["data_loader"]
    assert (trainer["trainer"]["optimizer"]["lr"], trainer["training"]) == (2e-4, {"dtype": "bfloat16"})
    assert trainer["trainer"]["num_epochs"] * loader["batches_per_epoch"] == 300
    assert (loader["batch_size"], trainer["seed_size"], trainer["num_rounds"]) == (16, 200, 0)
    assert {config[key] for key in ("seed", "random_seed", "numpy_seed", "pytorch_seed")} == {7}


def test_the_command_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All but the training: each pair that is not tried yet is trained once, and the page gets the table."""
    [command] = {shown.command for shown in shown_commands() if "scripts.tune_source" in shown.command}
    page = tmp_path / "models.md"
    page.write_text("<!-- tuning: offline -->\nold\n<!-- end -->\n", encoding="utf-8")
    for name, value in {"RESULTS": tmp_path, "PAGE": page, "ROOT": tmp_path}.items():
        monkeypatch.setattr(tune_source, name, value)
    tried = []

    def measured(source: str, trial: Dict[str, Any], data: Path) -> Dict[str, Any]:
        tried.append((trial["lr"], trial["steps"]))
        return {"f1": trial["lr"] * trial["steps"], "seconds": 1}

    monkeypatch.setattr(tune_source, "measured", measured)
    monkeypatch.setattr("sys.argv", shlex.split(command)[2:])
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        tune_source.main()
    assert sorted(tried) == [(lr, steps) for lr in (5e-5, 1e-4, 2e-4) for steps in (300, 600)]
    assert "| 0.0002 | 6.0 (1 seed) | 12.0 (1 seed) |\n<!-- end -->" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*_tuning.json")), ids=lambda path: path.stem)
def test_a_source_has_the_best_that_was_tried(path: Any) -> None:
    source = path.stem.removesuffix("_tuning")
    trials = json.loads(path.read_text(encoding="utf-8"))["trials"]
    lib = str(ROOT / "training_configs" / "lib" / "tuned.jsonnet")
    chosen: Dict[str, Any] = json.loads(evaluate_snippet(lib, f"(import 'sources.libsonnet').{source}"))
    best = max(trials, key=lambda trial: trial["f1"])
    assert (chosen["lr"], chosen["steps"]) == (best["lr"], best["steps"])
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page, source, trials) == page
