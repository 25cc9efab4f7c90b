"""A project with its data in files beside the runs is resumed after it was moved, and from elsewhere."""

import json
from pathlib import Path
from typing import Any

import pytest

import seqmix_plugin as sx
from seqmix_plugin.active_learning.loop import ActiveLearningLoop
from tests.api.conftest import content, sentences, shortest_config, tiny_config

LABELS = ["PER", "LOC", "ORG", "MISC"]


def test_a_learner_is_opened_in_a_project_that_was_moved(tiny_encoder: str, tmp_path: Path) -> None:
    config, corpus = shortest_config(tiny_encoder), sentences("train")

    def opened(project: str, **overrides: Any) -> sx.ActiveLearner:
        data = {"pool": corpus[:40], "seed": corpus[40:60], "dev": sentences("dev")[:10], "labels": LABELS}
        return sx.ActiveLearner(config, tmp_path / project / "hand", **data, overrides=overrides)

    (tmp_path / "before").mkdir()
    learner = opened("before")
    learner.query(4)
    learner.teach([[]] * 4)
    asked = learner.query(3)
    (tmp_path / "before").rename(tmp_path / "after")
    with pytest.raises(sx.ConfigurationError, match="holds a run with numpy_seed 1, not 7; take another folder$"):
        opened("after", numpy_seed=7)
    learner = opened("after")
    assert learner.questions == asked
    assert learner.teach([[]] * 3)["round"] == 2
    for name in ("config.json", "state/config.json"):
        kept = json.loads(content(learner.run, name))
        paths = [kept[key] for key in ("train_data_path", "validation_data_path", "seed_data_path")]
        assert {str(Path(path).parent) for path in paths} == {str(tmp_path / "after" / "sentences")}


def test_a_run_resumes_from_another_working_directory(
    tiny_encoder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = ActiveLearningLoop.train

    def interrupted(self: ActiveLearningLoop, state: Any) -> Any:
        if state.round == 1:
            raise KeyboardInterrupt
        return original(self, state)

    data = {"train": sentences("train")[:40], "dev": sentences("dev")[:10], "overrides": {"test_data_path": None}}
    config = tiny_config(tiny_encoder, **{"trainer.trainer.num_epochs": 1, "trainer.augmenter": {"type": "none"}})
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(ActiveLearningLoop, "train", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sx.train(config, "run", **data)
    monkeypatch.chdir("notebooks")
    with pytest.raises(sx.ConfigurationError, match="holds a run of another configuration"):
        sx.train(config, "../run", recover=True, **{**data, "dev": sentences("dev")[:9]})
    run = sx.train(config, "../run", recover=True, **data)
    assert run.finished
    assert json.loads(content(run, "config.json"))["train_data_path"].startswith("../sentences/")
