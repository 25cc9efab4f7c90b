"""Runs that learn from the unlabelled pool."""

import copy
from pathlib import Path
from typing import Any, Dict, List

import pytest
import torch

from seqmix_plugin.active_learning import learner as learner_module
from seqmix_plugin.active_learning.learner import Learner
from seqmix_plugin.run_console import round_line
from seqmix_plugin.self_training import PseudoLabels
from tests.active_learning.conftest import Run, lines, run
from tests.active_learning.distributed_test import EXACT, difference, one_and_two
from tests.faults.drill import differences

__all__ = ["one_and_two", "run"]

SHORT: Dict[str, Any] = {
    "test_data_path": None,
    "trainer.num_rounds": 1,
    "data_loader.batch_size": 4,
    "trainer.augmenter": {"type": "none"},
}
PSEUDO: Dict[str, Any] = {"trainer.self_training": {"type": "pseudo_labels", "sentences": 10}}
COMMITTEE = {"trainer.query_policy": {"type": "vote_entropy", "committee_size": 2}}


def weights(folder: Path) -> Dict[str, torch.Tensor]:
    return torch.load(folder / "best.th", weights_only=True)


def same(first: Dict[str, torch.Tensor], second: Dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(first[name], second[name]) for name in first)


class Seen(List[Any]):
    """What each inner training was given, and the weights that it began with."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        super().__init__()
        train_once = Learner._train_once

        def recorded(learner: Learner, k: int, sentences: List[Any], folder: Path, seed: int, *more: Any) -> int:
            begun = copy.deepcopy(learner.model.state_dict())
            self.append((k, [sentence.id for sentence in sentences], seed, more[-1], begun))
            return train_once(learner, k, sentences, folder, seed, *more)

        patch.setattr(Learner, "_train_once", recorded)


def test_teacher_and_student_are_counted_together(run: Run) -> None:
    """12 sentences in batches of 4 and of 2 beside 2 of the pool, twice each: 6 and 12 steps; then 18 sentences."""
    folder = run("run", **SHORT, **PSEUDO)
    records = lines(folder / "rounds.jsonl")
    assert [record["steps"] for record in records] == [6 + 12, 10 + 18]
    assert [record["pseudo_labelled"] for record in records] == [10, 10]
    assert "pseudo-labelled: 10" in round_line(records[0])
    assert [len(record["queried"]) for record in records] == [12, 6]
    assert len(lines(folder / "annotated.jsonl")) == 18  # and no soft label


def test_with_a_number_of_batches_the_control_trains_the_sum(run: Run) -> None:
    loader = {"data_loader.batches_per_epoch": 3}
    control = {**SHORT, "data_loader.batches_per_epoch": 6}
    steps = [
        [record["steps"] for record in lines(run(name, **changes) / "rounds.jsonl")]
        for name, changes in (("self-training", {**SHORT, **PSEUDO, **loader}), ("control", control))
    ]
    assert steps == [[12, 12], [12, 12]]


def test_none_is_the_run_without_the_key(run: Run) -> None:
    plain, none = run("plain", **SHORT), run("none", **SHORT, **{"trainer.self_training": {"type": "none"}})
    assert differences(plain, none) == []
    assert "pseudo_labelled" not in lines(none / "rounds.jsonl")[0]


def test_the_teacher_is_the_run_without_self_training_and_the_student_begins_anew(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = {**SHORT, "trainer.num_rounds": 0}
    plain = weights(run("plain", **changes))
    seen = Seen(monkeypatch)
    asked: List[Any] = []
    probabilities = PseudoLabels.probabilities

    def recorded(self: PseudoLabels, sample: Any, encoded: Any, teacher: Any) -> Any:
        asked.append(([sentence.id for sentence in sample], probabilities(self, sample, encoded, teacher)))
        assert all(sentence.tags is None for sentence in sample)
        return asked[-1][1]

    monkeypatch.setattr(PseudoLabels, "probabilities", recorded)
    block = {"type": "pseudo_labels", "sentences": 10, "generations": 2}
    folder = run("run", **changes, **{"trainer.self_training": block})
    teacher, student, second = seen
    assert teacher[3] is None
    assert teacher[1] == student[1] == second[1]
    assert [len(one[3]) for one in (student, second)] == [10, 10]
    assert len({one[2] for one in seen}) == 3  # seeds
    encoders = [{name: w for name, w in one[4].items() if "tag_projection" not in name} for one in seen]
    assert same(encoders[0], encoders[1])
    assert same(encoders[0], encoders[2])  # pretrained
    heads = [one[4]["tag_projection.weight"] for one in seen]
    assert not torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[1], heads[2])
    assert not same(weights(folder), plain)  # the student's
    labelled = set(teacher[1])
    (first_names, first), (second_names, _) = asked
    assert not labelled & {*first_names, *second_names}
    assert first_names != second_names
    assert first.sum(1).tolist() == pytest.approx([1] * len(first))
    assert lines(folder / "rounds.jsonl")[0]["steps"] == 6 + 2 * 12


def test_marginals_of_a_crf_are_soft_labels(run: Run) -> None:
    """Whose predicted tags are valid; the student is trained on them as on other soft labels."""
    changes = {**SHORT, **PSEUDO, "trainer.num_rounds": 0, "model.head": {"type": "crf"}}
    assert lines(run("run", **changes) / "rounds.jsonl")[0]["pseudo_labelled"] == 10


def test_teacher_and_student_are_each_trained_again_when_they_collapse(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Seen(monkeypatch)
    monkeypatch.setattr(learner_module, "COLLAPSED_F1", 1.1)  # every model has
    changes = {**SHORT, **PSEUDO, "trainer.num_rounds": 0, "trainer.training": {"retries": 1}}
    [record] = lines(run("run", **changes) / "rounds.jsonl")
    assert [one[3] is None for one in seen] == [True, True, False, False]
    assert len({one[2] for one in seen}) == 4
    assert (record["retries"], record["collapsed"], record["steps"]) == (2, True, 6 + 12)
    assert seen[2][3] is seen[3][3]  # of the same teacher


@pytest.mark.parametrize("reuse_model", [True, False])
def test_a_resumed_run_and_lost_weights_are_trained_to_the_same(
    run: Run, monkeypatch: pytest.MonkeyPatch, reuse_model: bool
) -> None:
    """It dies in a student of round 1; afterwards all weights are lost, and the committee's member too."""
    changes = {**SHORT, **PSEUDO, **COMMITTEE, "trainer.reuse_model": reuse_model}
    whole = run("whole", **changes)
    with monkeypatch.context() as patch:
        train_once = Learner._train_once

        def dying(self: Learner, k: int, *arguments: Any) -> int:
            if k == 1 and arguments[-1] is not None:
                raise KeyboardInterrupt
            return train_once(self, k, *arguments)

        patch.setattr(Learner, "_train_once", dying)
        with pytest.raises(KeyboardInterrupt):
            run("died", **changes)
    died = run("died", recover=True, **changes)
    assert differences(whole, died) == []
    (died / "best.th").unlink()
    (died / "state" / "member_1.th").unlink()
    assert differences(whole, run("died", recover=True, **changes)) == []


def test_each_member_of_a_committee_has_its_own_student(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Seen(monkeypatch)
    run("run", **SHORT, **PSEUDO, **COMMITTEE)
    assert [(one[0], one[3] is None) for one in seen] == [(0, True), (0, False)] * 2 + [(1, True), (1, False)]
    targets = [one[3].targets for one in seen[1:4:2]]
    assert targets[0].shape != targets[1].shape or (targets[0] != targets[1]).any()


def test_two_processes_train_the_same_students(one_and_two: Any) -> None:
    folders = one_and_two(**EXACT, **PSEUDO, **{"trainer.num_rounds": 1})
    one, two = (lines(folder / "rounds.jsonl") for folder in folders)
    for name in ("steps", "pseudo_labelled", "queried", "scores"):
        assert [record[name] for record in one] == [record[name] for record in two]
    assert difference(folders) < 1e-5
