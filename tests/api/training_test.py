"""Runs that are started from Python are those of the command, whatever form the data have."""

import gc
import json
import logging
import os
import random
import shutil
import sys
from pathlib import Path
from typing import Any, Callable, Dict

import datasets
import numpy as np
import pandas
import pytest
import torch
from allennlp.commands.train import train_model_from_file
from allennlp.common import tqdm as allennlp_tqdm

import seqmix_plugin as sx
from seqmix_plugin.active_learning.loop import ActiveLearningLoop
from seqmix_plugin.io import folder_guard
from tests.active_learning.conftest import lines
from tests.api.conftest import SPLITS, content, sentences, shortest_config, tiny_config
from tests.conftest import QUICKSTART

HAS_CHANGED = (
    r"(dev.conll|encoder) has changed since the run in .*; bring the old file back, or begin anew with force=True$"
)


def as_word_frame(split: str) -> pandas.DataFrame:
    """A row a word."""
    rows = [
        {"sentence_id": number, "word": word, "tag": tag}
        for number, sentence in enumerate(sentences(split))
        for word, tag in zip(sentence["tokens"], sentence["tags"], strict=True)
    ]
    return pandas.DataFrame(rows)


def as_dataset(split: str) -> datasets.Dataset:
    """Tags as numbers of a `ClassLabel`."""
    names = sorted({tag for sentence in sentences("train") for tag in sentence["tags"]})
    features = datasets.Features(
        {
            "tokens": datasets.Sequence(datasets.Value("string")),
            "ner_tags": datasets.Sequence(datasets.ClassLabel(names=names)),
        }
    )
    rows = [{"tokens": one["tokens"], "ner_tags": one["tags"]} for one in sentences(split)]
    return datasets.Dataset.from_list(rows, features=features)


FORMS: Dict[str, Callable[[str], Any]] = {
    "list": sentences,
    "frame": as_word_frame,
    "datasets.Dataset": as_dataset,
}


def test_the_run_is_that_of_the_command(of_files: sx.Run, tmp_path: Path) -> None:
    train_model_from_file(of_files.folder.with_name("config.jsonnet"), str(tmp_path / "run"))
    assert content(of_files, "annotated.jsonl") == (tmp_path / "run/annotated.jsonl").read_bytes() != b""
    assert of_files.rounds[-1]["scores"] == sx.Run(tmp_path / "run").rounds[-1]["scores"]
    assert of_files.rounds[-1]["scores"]["dev"]["f1"] > 0
    assert content(of_files, "config.json") == (tmp_path / "run/config.json").read_bytes()


@pytest.mark.parametrize("form", FORMS)
def test_other_forms_of_data_give_the_run_of_the_files(
    form: str, of_files: sx.Run, tiny_encoder: str, tmp_path: Path
) -> None:
    data = {split: FORMS[form](split) for split in SPLITS}
    config = {**tiny_config(tiny_encoder), **dict.fromkeys(("train_data_path", "validation_data_path"), "none")}
    run = sx.train({**config, "test_data_path": None}, tmp_path / "run", **data)
    assert content(run, "annotated.jsonl") == content(of_files, "annotated.jsonl")
    assert content(run, "synthetic.jsonl") == content(of_files, "synthetic.jsonl") != b""
    assert run.rounds[-1]["scores"] == of_files.rounds[-1]["scores"]


def test_a_finished_run_is_returned_and_an_unfinished_one_resumes_when_asked(
    of_files: sx.Run, tiny_encoder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = ActiveLearningLoop.augment

    def interrupted(self: ActiveLearningLoop, state: Any) -> Any:
        if state.round == 1:
            raise KeyboardInterrupt
        return original(self, state)

    data = {"train": sentences("train")}
    config = tiny_config(tiny_encoder)
    with monkeypatch.context() as patch:
        patch.setattr(ActiveLearningLoop, "augment", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sx.train(config, tmp_path / "run", **data)
    assert not sx.Run(tmp_path / "run").finished
    with pytest.raises(
        sx.ConfigurationError, match=r"run holds an unfinished run; recover=True resumes it, force=True"
    ):
        sx.train(config, tmp_path / "run", **data)
    run = sx.train(config, tmp_path / "run", recover=True, **data)
    assert content(run, "annotated.jsonl") == content(of_files, "annotated.jsonl")
    before = {path: path.stat().st_mtime_ns for path in run.folder.rglob("*")}
    assert sx.train(config, tmp_path / "run", **data).finished
    assert {path: path.stat().st_mtime_ns for path in run.folder.rglob("*")} == before
    with pytest.raises(sx.ConfigurationError, match=r"holds a run of another configuration; take another folder$"):
        sx.train(config, tmp_path / "run", train=sentences("train")[:-1], recover=True)
    again = sx.train(config, tmp_path / "run", force=True, overrides={"trainer.num_rounds": 0}, **data)
    assert len(again.rounds) == 1


def test_a_run_that_had_a_mistake_in_its_configuration_begins_anew(tiny_encoder: str, tmp_path: Path) -> None:
    config = shortest_config(tiny_encoder)
    with pytest.raises(sx.ConfigurationError, match="^trainer.sead_size is an unknown key; did you mean 'seed_size'"):
        sx.train({**config, "trainer": {**config["trainer"], "sead_size": 3}}, tmp_path / "run")
    assert (tmp_path / "run/config.json").exists()
    (tmp_path / "run/notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(sx.ConfigurationError, match="holds a run of another configuration"):
        sx.train(config, tmp_path / "run")
    (tmp_path / "run/notes.txt").unlink()
    assert sx.train(config, tmp_path / "run").finished


@pytest.mark.parametrize("recover", [True, False])
def test_a_finished_run_is_not_returned_for_data_that_have_changed(
    recover: bool, tiny_encoder: str, tmp_path: Path
) -> None:
    dev = tmp_path / "dev.conll"
    dev.write_bytes((QUICKSTART / "dev.conll").read_bytes())
    encoder = shutil.copytree(tiny_encoder, tmp_path / "encoder")
    config = shortest_config(str(encoder), validation_data_path=str(dev))
    before = sx.train(config, tmp_path / "run").rounds
    assert sx.train(config, tmp_path / "run", recover=recover).rounds == before
    old = dev.read_text(encoding="utf-8")
    for path, changed in ((dev, old.replace("B-PER", "B-LOC")), (encoder / "config.json", "{}")):
        kept = path.read_text(encoding="utf-8")
        path.write_text(changed, encoding="utf-8")
        with pytest.raises(sx.ConfigurationError, match=HAS_CHANGED):
            sx.train(config, tmp_path / "run", recover=recover)
        path.write_text(kept, encoding="utf-8")
    assert sx.train(config, tmp_path / "run", recover=recover).rounds == before
    dev.unlink()
    assert sx.train(config, tmp_path / "run", recover=recover).rounds == before


def process_state() -> Dict[str, Any]:
    """What AllenNLP changes in a process."""
    gc.collect()  # files of earlier tests
    root = logging.getLogger()
    return {
        "handlers": list(root.handlers),
        "filters": [list(handler.filters) for handler in root.handlers],
        "formatters": [handler.formatter for handler in root.handlers],
        "level": root.level,
        "bars": list(allennlp_tqdm.logger.handlers),
        "captures": logging._warnings_showwarning is not None,  # type: ignore[attr-defined]
        "raises": logging.raiseExceptions,
        "hook": sys.excepthook,
        "random": random.getstate(),
        "numpy": [part.tolist() if isinstance(part, np.ndarray) else part for part in np.random.get_state()],
        "torch": torch.get_rng_state().tolist(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "folder": os.getcwd(),
        "path": list(sys.path),
        "locks": dict(folder_guard._OWN),
        "files": len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0,
    }


def test_two_runs_in_one_process_leave_it_as_it_was(tiny_encoder: str, tmp_path: Path) -> None:
    config = shortest_config(tiny_encoder, deterministic=True)
    before = process_state()
    logs = []
    for name in ("first", "second"):
        run = sx.train(config, tmp_path / name)
        logs.append((run.folder / "out.log").read_text(encoding="utf-8").count("\n"))
        assert process_state() == before
    assert logs[0] == pytest.approx(logs[1], abs=5)  # the second run is not logged in the file of the first


def test_an_error_leaves_the_process_as_it_was_and_the_folder_free(
    tiny_encoder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: ActiveLearningLoop, *arguments: Any) -> None:
        raise ValueError("of a test")

    monkeypatch.setattr(ActiveLearningLoop, "run", fail)
    before = process_state()
    with pytest.raises(ValueError, match="of a test") as held:  # and with it the frames that hold the run's lock
        sx.train(shortest_config(tiny_encoder), tmp_path / "run")
    after = process_state()
    assert after.pop("files") <= before.pop("files") + 1
    assert after == before
    assert held.value is not None


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("nowhere.jsonnet", "nowhere.jsonnet: the configuration cannot be read"),
        (".", ". is a folder; expected a configuration file"),
        ({"type": "default"}, "config: type is 'default'; expected 'active_learning'"),
        (
            {"type": "active_learning", "dataset_reader": 1},
            "dataset_reader is 1; expected a reader with token_indexers",
        ),
    ],
)
def test_a_mistake_is_one_line(config: Any, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(sx.ConfigurationError) as caught:
        sx.train(config, "run", train=[(["Oslo"], ["B-LOC"])])
    assert str(caught.value).startswith(message)
    [line] = caught.value._render_traceback_()  # type: ignore[attr-defined]  what IPython shows
    assert line.startswith(f"error: {message}")
    assert list(tmp_path.iterdir()) == []


def test_recover_and_force_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(sx.ConfigurationError, match="recover and force exclude each other"):
        sx.train({}, tmp_path / "run", recover=True, force=True)


def test_a_run_waits_for_labels_of_texts_and_continues_with_them(tiny_encoder: str, tmp_path: Path) -> None:
    texts = [" ".join(one["tokens"]) for one in sentences("train")[:6]]
    unmeasured = dict.fromkeys(("validation_data_path", "test_data_path"))
    config = shortest_config(tiny_encoder, **{**unmeasured, "trainer.seed_size": 2, "trainer.pool": {}})
    config |= {"labels": ["PER", "LOC"], "dataset_reader": {**config["dataset_reader"], "unlabelled": True}}
    config["trainer"] |= {"oracle": {"type": "files", "format": "jsonl"}}
    run = sx.train(config, tmp_path / "run", train=texts)
    assert (run.finished, run.rounds) == (False, [])
    assert repr(run) == f"<Run {run.folder}: no round yet>"
    assert run.learning_curve.empty
    with pytest.raises(sx.ConfigurationError, match="there is no curve to plot before the first round has ended"):
        run.plot()
    questions = lines(run.folder / "queries/round_0/questions.jsonl")
    answers = [{"id": one["id"], "tokens": one["tokens"], "tags": ["O"] * len(one["tokens"])} for one in questions]
    content_of_file = "".join(json.dumps(answer) + "\n" for answer in answers)
    (run.folder / "queries/round_0/answers/mine.answers.jsonl").write_text(content_of_file, encoding="utf-8")
    again = sx.train(config, tmp_path / "run", train=texts, recover=True)
    assert again.finished
    assert again.annotated["tokens"].tolist() == [one["tokens"] for one in questions]
