"""Runs whose generated sentences change from pass to pass."""

from typing import Any, Dict, List

import pytest
import torch

from seqmix_plugin.active_learning.experiment import Experiment
from seqmix_plugin.active_learning.learner import Learner
from tests.active_learning.conftest import Run, lines

BY_PASS: Dict[str, Any] = {
    "test_data_path": None,
    "trainer.num_rounds": 1,
    "data_loader.batch_size": 4,
    "trainer.augmenter": {"type": "mention_replacement", "rate": 0.5, "refresh": "pass", "versions": 3},
}


def test_rows_have_their_slot_and_a_pass_one_sentence_of_each(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """12 and 6 labelled sentences: 6 and 3 slots with 3 versions; training sets of 18 and 27 sentences."""
    sizes: List[int] = []
    training_loader = Experiment.training_loader

    def recorded(self: Experiment, *given: Any) -> Any:
        loader = training_loader(self, *given)
        sizes.append(sum(len(batch["metadata"]) for batch in loader))  # type: ignore[index]
        return training_loader(self, *given)

    monkeypatch.setattr(Experiment, "training_loader", recorded)
    folder = run("run", **BY_PASS)
    rows, records = lines(folder / "synthetic.jsonl"), lines(folder / "rounds.jsonl")
    assert [(row["round"], row["slot"]) for row in rows] == [
        *((0, n % 6) for n in range(18)),
        *((1, n % 3) for n in range(9)),
    ]
    assert sizes[-2:] == [18, 27]
    assert [record["synthetic_in_training"] for record in records] == [6, 9]
    assert [record["steps"] for record in records] == [10, 14]  # as of as many sentences that stay the same
    assert [record["augmentation"]["accepted"] for record in records] == [18, 9]


class KilledError(Exception):
    """The run ends here."""


@pytest.mark.parametrize("stage", ["before training", "in training"])
def test_a_resumed_run_equals_an_uninterrupted_one(run: Run, monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    whole = run("whole", **BY_PASS)

    def killed(*arguments: Any, **keywords: Any) -> Any:
        raise KilledError

    with monkeypatch.context() as patch:
        train, name = Learner.train, "_train_once"
        if stage == "before training":
            patch.setattr(
                Learner, "train", lambda self, k, *a, **more: killed() if k == 1 else train(self, k, *a, **more)
            )
        else:
            once = getattr(Learner, name)

            def trained_then_killed(self: Learner, k: int, *rest: Any) -> Any:
                steps = once(self, k, *rest)
                return killed() if k == 1 else steps

            patch.setattr(Learner, name, trained_then_killed)
        with pytest.raises(KilledError):
            run("killed", **BY_PASS)
    resumed = run("killed", recover=True, **BY_PASS)
    for name in ("synthetic.jsonl", "annotated.jsonl"):
        assert (resumed / name).read_bytes() == (whole / name).read_bytes()
    first, second = (torch.load(folder / "best.th", weights_only=True) for folder in (whole, resumed))
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_other_versions_train_another_model(run: Run) -> None:
    """Than sentences that stay the same."""
    augmenter = BY_PASS["trainer.augmenter"]
    by_pass = run("by_pass", **{**BY_PASS, "trainer.num_rounds": 0})
    once = run("once", **{**BY_PASS, "trainer.num_rounds": 0, "trainer.augmenter": {**augmenter, "refresh": "round"}})
    first, second = (torch.load(folder / "best.th", weights_only=True) for folder in (by_pass, once))
    assert not all(torch.equal(first[key], second[key]) for key in first)
