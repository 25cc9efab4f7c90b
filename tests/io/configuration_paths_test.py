"""Relative paths of a configuration are those of its own folder, if they exist there; else of the working directory."""

import json
import shutil
from pathlib import Path
from typing import Any, Dict

import pytest
from allennlp.commands.train import train_model_from_file
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.commands.extend import extend
from seqmix_plugin.configuration.constructors import read_blocks
from seqmix_plugin.io.configuration_paths import with_own_paths
from tests.active_learning.conftest import lines, small_config
from tests.conftest import QUICKSTART


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with the folder `own` of a configuration in it."""
    monkeypatch.chdir(tmp_path)
    for name in ("own/data", "own/model", "own/labels", "own/bert-base-cased", "own/~", "data"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("own/data/train.conll", "own/text.txt", "own/model/config.json", "own/~/x", "own/bert", "data/dev"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "own/labels/non_padded_namespaces.txt").write_text("*tags")
    return tmp_path


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("train_data_path", "data/train.conll", "own/data/train.conll"),
        ("validation_data_path", "data/dev", "data/dev"),  # in the working directory only
        ("seed_data_path", "data", "data"),  # a folder is no data file
        ("test_data_path", None, None),
        ("train_data_path", ["text.txt", "data/dev", 3], ["own/text.txt", "data/dev", 3]),
        ("train_data_path", "https://example.org/data/train.conll", "https://example.org/data/train.conll"),
        ("train_data_path", "~/x", "~/x"),
        ("train_data_path", "", ""),
        ("model_name", "model", "own/model"),
        ("model_name", "bert-base-cased", "bert-base-cased"),  # the folder of this name has no model
        ("model_name", "bert", "bert"),
        ("model_name", "", ""),
        ("directory", "labels", "own/labels"),
        ("directory", "model", "model"),
        ("name", "text.txt", "text.txt"),  # any other key
    ],
)
def test_a_value_is_looked_for_in_the_folder_first(key: str, value: Any, found: Any, home: Path) -> None:
    nested = {"a": [{"b": {key: value}}]}
    assert with_own_paths(nested, "own") == {"a": [{"b": {key: found}}]}
    assert nested == {"a": [{"b": {key: value}}]}


def test_absolute_paths_stay(home: Path) -> None:
    path = str(home / "own" / "text.txt")
    assert with_own_paths({"text_path": path}, "own") == {"text_path": path}


def test_a_path_is_relative_to_the_working_directory(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home / "data")
    for folder in ("../own", str(home / "own")):
        assert with_own_paths({"text_path": "text.txt"}, folder) == {"text_path": "../own/text.txt"}


def test_only_configurations_of_active_learning_and_not_those_that_runs_keep(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(name: str, **values: Any) -> Any:
        path = home / "own" / name
        path.write_text(json.dumps({"train_data_path": "./text.txt", **values}))
        return Params.from_file(path, '{"test_data_path": "bert"}').as_dict(quiet=True)

    ours = {"type": "active_learning"}
    found = read("a.jsonnet", **ours)
    assert (found["train_data_path"], found["test_data_path"]) == ("own/text.txt", "own/bert")
    assert read("a.jsonnet")["train_data_path"] == "./text.txt"
    assert read("config.json", **ours)["train_data_path"] == "own/text.txt"
    (home / "own" / "meta.json").write_text("{}")
    assert read("config.json", **ours)["train_data_path"] == "./text.txt"
    assert read("a.jsonnet", **ours)["train_data_path"] == "own/text.txt"
    monkeypatch.chdir(home / "own")
    assert read("a.jsonnet", **ours)["train_data_path"] == "./text.txt"


def project(folder: Path, encoder: str, **overrides: Any) -> str:
    """A configuration with data and encoder in its own folder."""
    (folder / "data").mkdir(parents=True)
    shutil.copytree(encoder, folder / "encoder")
    changes: Dict[str, Any] = {
        "dataset_reader.token_indexers.tokens.model_name": "encoder",
        "model.text_field_embedder.token_embedders.tokens.model_name": "encoder",
        "trainer.num_rounds": 0,
        "trainer.augmenter": {"type": "none"},
        "trainer.trainer.num_epochs": 1,
    }
    for key, name in (("train", "train"), ("validation", "dev"), ("test", "test")):
        shutil.copy(QUICKSTART / f"{name}.conll", folder / "data")
        changes[f"{key}_data_path"] = f"data/{name}.conll"
    configuration = small_config("encoder", **{**changes, **overrides})
    (folder / "experiment.jsonnet").write_text(json.dumps(configuration))
    return str((folder / "experiment.jsonnet").relative_to(Path.cwd()))


def test_a_run_from_another_folder_resumes_and_is_extended(
    tiny_encoder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = project(tmp_path / "own", tiny_encoder)
    assert read_blocks(path, "")["model"]["text_field_embedder"]["token_embedders"]["tokens"]["model_name"] == (
        "own/encoder"
    )
    # The run has a copy of the encoder in a folder of the same name, beside its configuration.
    train_model_from_file(path, "own/run")
    kept = json.loads((tmp_path / "own" / "run" / "config.json").read_text())
    assert kept["train_data_path"] == "own/data/train.conll"
    train_model_from_file(path, "own/run", recover=True)
    extend("own/run", num_rounds=1)
    assert [row["round"] for row in lines(tmp_path / "own" / "run" / "rounds.jsonl")] == [0, 1]
    monkeypatch.chdir("own")
    with pytest.raises(
        ConfigurationError, match="holds a run of another configuration"
    ):  # the paths are others from here
        train_model_from_file("experiment.jsonnet", "run", recover=True)


def test_a_missing_file_is_named_with_both_places(
    tiny_encoder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    language_model = {"type": "in_domain", "text_path": "news.txt"}
    path = project(
        tmp_path / "own",
        tiny_encoder,
        **{
            "trainer.augmenter": {
                "type": "seqmix",
                "discriminator": {"type": "perplexity", "language_model": language_model},
            }
        },
    )
    places = f"no such file in {tmp_path / 'own'}, the folder of the configuration, or in {tmp_path}, the working"
    key = "trainer.augmenter.discriminator.language_model.text_path"
    with pytest.raises(ConfigurationError, match=f"{key} is 'news.txt'; there is {places}"):
        train_model_from_file(path, "run")
    with pytest.raises(ConfigurationError, match=f"validation_data_path is 'dev'; there is {places}"):
        train_model_from_file(path, "run2", json.dumps({"validation_data_path": "dev", key: None}))
    with pytest.raises(ConfigurationError, match="/no/such.conll: no such file"):  # an absolute path has one place
        train_model_from_file(path, "run3", json.dumps({"train_data_path": "/no/such.conll", key: None}))
