"""Runs that learn from the unlabelled pool."""

from pathlib import Path
from typing import Any, Dict

import torch

from seqmix_plugin.run_console import round_line
from tests.active_learning.conftest import Run, lines, run

__all__ = ["run"]

SHORT: Dict[str, Any] = {
    "test_data_path": None,
    "trainer.num_rounds": 1,
    "data_loader.batch_size": 4,
    "trainer.augmenter": {"type": "none"},
}
PSEUDO = {"trainer.self_training": {"type": "pseudo_labels", "sentences": 10}}


def weights(folder: Path) -> Dict[str, torch.Tensor]:
    return torch.load(folder / "best.th", weights_only=True)


def same(first: Dict[str, torch.Tensor], second: Dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(first[name], second[name]) for name in first)


def test_teacher_and_student_are_counted_together(run: Run) -> None:
    """12 sentences in batches of 4 and of 2 beside 2 of the pool, twice each: 6 and 12 steps; then 18 sentences."""
    folder = run("run", **SHORT, **PSEUDO)
    records = lines(folder / "rounds.jsonl")
    assert [record["steps"] for record in records] == [6 + 12, 10 + 18]
    assert [record["pseudo_labelled"] for record in records] == [10, 10]
    assert "pseudo-labelled: 10" in round_line(records[0])
