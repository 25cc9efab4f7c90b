"""Configurations for data that are given in Python."""

import json
from pathlib import Path
from typing import Any, Callable, Dict

import numpy as np
import pandas as pd
import pytest

from seqmix_plugin.api.training_data import with_data
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.run import reader
from seqmix_plugin.sentence import TaggedSentence

READER = {"type": "conll_columns", "token_indexers": {"tokens": {"type": "word_piece"}}, "max_length": 128}
PLAIN_TEXT = {**READER, "type": "plain_text", "tokenizer": "whitespace"}
OF_JSONL = {**READER, "type": "jsonl_sentences"}
CONFIG = {
    "type": "active_learning",
    "dataset_reader": {**READER, "source_scheme": "IOB1"},
    "train_data_path": "train.conll",
    "validation_data_path": "dev.conll",
    "test_data_path": None,
    "trainer": {},
}
SENTENCES = [(["Anna", "sings"], ["B-PER", "O"]), (["Oslo"], ["B-LOC"])]


def changed(place: Path, **data: Any) -> Dict[str, Any]:
    """The configuration for data, of a run in the folder `place`; only what has changed."""
    result = with_data(CONFIG, place / "run", **{"train": None, "dev": None, "test": None, **data})
    return {key: value for key, value in result.items() if value != CONFIG.get(key)}


def test_paths_take_the_place_of_those_of_the_configuration(tmp_path: Path) -> None:
    assert changed(tmp_path, train="a.conll", test=Path("b.conll")) == {
        "train_data_path": "a.conll",
        "test_data_path": "b.conll",
    }
    assert changed(tmp_path) == {}


def test_training_sentences_leave_the_reader_of_the_other_files(tmp_path: Path) -> None:
    new = changed(tmp_path, train=SENTENCES)
    assert new.pop("dataset_reader") == OF_JSONL
    assert new.pop("validation_dataset_reader") == CONFIG["dataset_reader"]
    path = Path(new.pop("train_data_path"))
    assert path.parent == tmp_path / "sentences"
    assert [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] == [
        {"id": "0", "tokens": ["Anna", "sings"], "tags": ["B-PER", "O"]},
        {"id": "1", "tokens": ["Oslo"], "tags": ["B-LOC"]},
    ]
    assert new == {}


def test_evaluation_sentences_leave_the_reader_of_the_training_file(tmp_path: Path) -> None:
    new = changed(tmp_path, dev=SENTENCES, test=SENTENCES)
    assert new["validation_dataset_reader"] == OF_JSONL
    assert new["validation_data_path"] == new["test_data_path"]
    assert set(new) == {"validation_dataset_reader", "validation_data_path", "test_data_path"}


def test_one_reader_cannot_read_sentences_and_a_file(tmp_path: Path) -> None:
    message = "test is given as sentences, but validation_data_path is the file 'dev.conll'; one reader reads both"
    with pytest.raises(ConfigurationError, match=message):
        changed(tmp_path, train=SENTENCES, test=SENTENCES)


def test_a_pool_without_labels_stays_one(tmp_path: Path) -> None:
    for block in (PLAIN_TEXT, {**READER, "unlabelled": True}):
        config = {**CONFIG, "dataset_reader": block, "validation_dataset_reader": READER}
        result = with_data(config, tmp_path / "run", train=[["Anna", "sings"], ["Oslo"]], dev=None, test=None)
        assert result["dataset_reader"] == {**OF_JSONL, "unlabelled": True}
        assert result["validation_dataset_reader"] == READER
        [line, _] = Path(result["train_data_path"]).read_text(encoding="utf-8").splitlines()
        assert json.loads(line) == {"id": "0", "tokens": ["Anna", "sings"]}


@pytest.mark.parametrize("form", [tuple, iter, np.array, pd.Series])
def test_texts_of_any_form_are_split_by_the_reader(form: Callable[[Any], Any], tmp_path: Path) -> None:
    config = {**CONFIG, "dataset_reader": PLAIN_TEXT}
    result = with_data(config, tmp_path / "run", train=form(["Anna sings.", "Oslo"]), dev=None, test=None)
    assert result["dataset_reader"] == PLAIN_TEXT
    assert Path(result["train_data_path"]).read_text(encoding="utf-8") == "Anna sings.\nOslo\n"


def test_texts_for_a_reader_of_plain_text_are_a_file_of_texts(tmp_path: Path) -> None:
    config = {**CONFIG, "dataset_reader": PLAIN_TEXT}
    result = with_data(config, tmp_path / "run", train=["Anna sings. ", "Oslo"], dev=None, test=None)
    path = Path(result.pop("train_data_path"))
    assert path.read_text(encoding="utf-8") == "Anna sings.\nOslo\n"
    assert reader.content_name(str(path)) == path.name
    assert result == {key: value for key, value in config.items() if key != "train_data_path"}
    for text in (" ", "two\nlines", "two\u2028lines"):
        with pytest.raises(
            ConfigurationError, match=r"^train, row 1: '.*' is no sentence; expected a text of one line$"
        ):
            with_data(config, tmp_path / "run", train=["Oslo", text], dev=None, test=None)


def test_the_same_sentences_are_the_same_data_wherever_the_run_is(tmp_path: Path) -> None:
    sentences = [TaggedSentence(str(n), tuple(words), tuple(tags)) for n, (words, tags) in enumerate(SENTENCES)]
    configs = [
        {**CONFIG, **changed(tmp_path / "one", train=SENTENCES)},
        {**CONFIG, **changed(tmp_path / "two", train=sentences)},
        {**CONFIG, **changed(tmp_path / "one", train=SENTENCES[:1])},
    ]
    hashes = [(reader.identity(config)[0], reader.data_hash(config)) for config in configs]
    assert hashes[0] == hashes[1]
    assert hashes[0][0] != hashes[2][0]
    assert hashes[0][1] != hashes[2][1]
    assert len(list((tmp_path / "one/sentences").iterdir())) == 2


def test_other_paths_are_part_of_the_hashes_as_they_are() -> None:
    for path in ("sentences/train.conll", "0123456789abcdef.jsonl", "my_sentences/0123456789abcdef.jsonl", 3, None):
        assert reader.content_name(path) == path
    assert reader.content_name("sentences/0123456789abcdef.jsonl") == "0123456789abcdef.jsonl"
