"""The training of a round: its number of steps, a seed model that is trained twice, a model that collapses."""

from pathlib import Path
from typing import Any, Dict, List

import pytest
import torch
from allennlp.training.moving_average import ExponentialMovingAverage

from seqmix_plugin.active_learning import learner as learner_module
from seqmix_plugin.active_learning.learner import Learner
from seqmix_plugin.run_console import round_line
from tests.active_learning.conftest import Run, lines

SHORT = {"test_data_path": None, "trainer.num_rounds": 1, "data_loader.batch_size": 4}
SEED_ONLY = {**SHORT, "trainer.num_rounds": 0}
NONE: Dict[str, Any] = {"trainer.augmenter": {"type": "none"}}
BFLOAT16 = {"dtype": "bfloat16"}
DUPLICATE: Dict[str, Any] = {"trainer.augmenter": {"type": "duplicate", "rate": 0.5}}


def weights(folder: Path) -> Dict[str, torch.Tensor]:
    return torch.load(folder / "best.th", weights_only=True)


def same(first: Dict[str, torch.Tensor], second: Dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(first[name], second[name]) for name in first)


def test_a_number_of_batches_gives_all_methods_the_same_steps(run: Run) -> None:
    """Without one the steps grow: 12 and 18 sentences, with those generated 18 and 27, in batches of 4, twice each."""
    for batches_per_epoch, expected in ((None, ([6, 10], [10, 14])), (3, ([6, 6], [6, 6]))):
        for name, augmenter, steps in zip(("none", "duplicate"), (NONE, DUPLICATE), expected, strict=True):
            loader = {"data_loader.batches_per_epoch": batches_per_epoch} if batches_per_epoch else {}
            folder = run(f"{name}_{batches_per_epoch}", **SHORT, **augmenter, **loader)
            assert [record["steps"] for record in lines(folder / "rounds.jsonl")] == steps


def test_accumulated_batches_are_one_step(run: Run) -> None:
    folder = run("run", **SEED_ONLY, **NONE, **{"trainer.trainer.num_gradient_accumulation_steps": 2})
    assert lines(folder / "rounds.jsonl")[0]["steps"] == 4  # 3 batches: a step of two and one of the last, twice


def test_batches_of_validation_are_no_steps(run: Run) -> None:
    changes = {"validation_data_loader": {"type": "in_memory"}, "trainer.trainer.callbacks": None}
    assert lines(run("run", **SEED_ONLY, **NONE, **changes) / "rounds.jsonl")[0]["steps"] == 6


def test_the_seed_model_is_trained_on_the_seed_set_and_then_with_the_generated_sentences(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """12 sentences in batches of 4, then 18, twice each."""
    seen: List[Any] = []
    inner_trainer = Learner.inner_trainer

    def recorded(self: Learner, k: int, sentences: List[Any], folder: Path, seed: int, pool: Any = None) -> Any:
        seen.append((len(sentences), seed, self.model.tag_projection.weight.detach().clone()))
        return inner_trainer(self, k, sentences, folder, seed, pool)

    once = run("once", **SEED_ONLY, **DUPLICATE)
    monkeypatch.setattr(Learner, "inner_trainer", recorded)
    twice = run("twice", **SEED_ONLY, **DUPLICATE, **{"trainer.training": {"seed_trainings": 2}})
    assert lines(once / "rounds.jsonl")[0]["steps"] == 10
    assert lines(twice / "rounds.jsonl")[0]["steps"] == 6 + 10
    (checked, *_), (first, first_seed, begun), (second, second_seed, continued) = seen
    assert (checked, first, second) == (1, 12, 18)
    assert first_seed != second_seed
    assert not torch.equal(begun, continued)  # the second goes on with the weights of the first


def test_later_rounds_are_trained_once(run: Run) -> None:
    folder = run("run", **SHORT, **NONE, **{"trainer.training": {"seed_trainings": 2}})
    assert [record["steps"] for record in lines(folder / "rounds.jsonl")] == [12, 10]


def test_a_model_that_learns_nothing_has_collapsed(run: Run) -> None:
    folder = run("run", **SHORT, **NONE, **{"trainer.trainer.optimizer.lr": 1e-12, "trainer.training": {"retries": 2}})
    for record in lines(folder / "rounds.jsonl"):
        assert (record["retries"], record["collapsed"]) == (2, True)
        assert "retries: 2 | collapsed: F1 near 0" in round_line(record)
        assert record["steps"] == (6 if record["round"] == 0 else 10)  # those of the last training alone


@pytest.mark.parametrize("reuse_model", [True, False])
def test_a_retry_is_another_training_from_the_same_beginning(
    run: Run, monkeypatch: pytest.MonkeyPatch, reuse_model: bool
) -> None:
    begun: List[Any] = []
    train_once = Learner._train_once

    def recorded(self: Learner, k: int, sentences: List[Any], folder: Path, seed: int, number: int, pool: Any) -> int:
        begun.append({name: weight.clone() for name, weight in self.model.state_dict().items()})
        return train_once(self, k, sentences, folder, seed, number, pool)

    changes = {**SHORT, **NONE, "trainer.reuse_model": reuse_model}
    single = run("single", **changes)
    monkeypatch.setattr(learner_module, "COLLAPSED_F1", 1.1)  # every model has
    monkeypatch.setattr(Learner, "_train_once", recorded)
    folder = run("run", **changes, **{"trainer.training": {"retries": 1}})
    assert [record["retries"] for record in lines(folder / "rounds.jsonl")] == [1, 1]
    assert not same(weights(single), weights(folder))
    first, again, second, second_again = begun
    heads = [name for name in first if name.startswith("tag_projection")]
    assert not any(torch.equal(first[name], again[name]) for name in heads if name.endswith("weight"))
    assert all(torch.equal(first[name], again[name]) for name in first if name not in heads)  # pretrained
    assert same(second, second_again) == reuse_model  # round 0's weights, or pretrained ones with another head
    kept = weights(folder)
    (folder / "best.th").unlink()
    resumed = run("run", recover=True, **changes, **{"trainer.training": {"retries": 1}})
    assert same(weights(resumed), kept)


def test_bfloat16_trains_weights_in_float32(run: Run) -> None:
    changes = {**SEED_ONLY, **NONE, "trainer.trainer.num_epochs": 4}
    begun = weights(run("begun", **changes, **{"trainer.trainer.optimizer.lr": 1e-12}))
    full, half = weights(run("float32", **changes)), weights(run("bf16", **changes, **{"trainer.training": BFLOAT16}))
    assert not same(full, half)
    assert all(half[name].dtype == full[name].dtype for name in full)
    apart, moved = (sum(float((one[n] - full[n]).square().sum()) for n in full) for one in (half, begun))
    assert apart < 0.01 * moved


def test_with_a_moving_average_the_rounds_model_is_the_average(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """6 steps with the decays 2/11, 3/12 …, which are below 0.4 but for the last ones: by hand from the weights."""
    seen: List[List[torch.Tensor]] = []
    apply = ExponentialMovingAverage.apply

    def recorded(self: ExponentialMovingAverage, num_updates: int) -> None:
        seen.append([parameter.detach().clone() for _, parameter in self._parameters])
        if num_updates == 1:
            names.extend(name for name, _ in self._parameters)
            averages.extend(shadow.clone() for shadow in self._shadows.values())
        apply(self, num_updates)

    names: List[str] = []
    averages: List[torch.Tensor] = []
    monkeypatch.setattr(ExponentialMovingAverage, "apply", recorded)
    block = {"type": "exponential", "decay": 0.4}
    folder = run("run", **SEED_ONLY, **NONE, **{"trainer.trainer.moving_average": block})
    assert len(seen) == 6
    for number, weights_of_step in enumerate(seen, 1):
        decay = min(0.4, (1 + number) / (10 + number))
        averages = [decay * old + (1 - decay) * new for old, new in zip(averages, weights_of_step, strict=True)]
    kept = weights(folder)
    for name, average, last in zip(names, averages, seen[-1], strict=True):
        torch.testing.assert_close(kept[name], average)
        assert not torch.equal(kept[name], last) or not last.abs().sum() > 0, name
