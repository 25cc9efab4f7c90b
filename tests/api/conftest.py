"""Small runs that are started from Python."""

import json
from pathlib import Path
from typing import Any, Dict, List

import pytest

import seqmix_plugin as sx
from tests.active_learning.conftest import small_config
from tests.conftest import QUICKSTART

SPLITS = ("train", "dev", "test")


def tiny_config(tiny_encoder: str, **overrides: Any) -> Dict[str, Any]:
    """12 + 6 sentences."""
    return small_config(tiny_encoder, **{"trainer.num_rounds": 1, "trainer.trainer.num_epochs": 5, **overrides})


def shortest_config(tiny_encoder: str, **overrides: Any) -> Dict[str, Any]:
    """12 sentences, an epoch, measured on dev alone."""
    short = {"trainer.num_rounds": 0, "trainer.trainer.num_epochs": 1, "trainer.augmenter": {"type": "none"}}
    return tiny_config(tiny_encoder, **{**short, "test_data_path": None, **overrides})


def sentences(split: str) -> List[Dict[str, List[str]]]:
    """The shipped corpus as dictionaries."""
    blocks = (QUICKSTART / f"{split}.conll").read_text(encoding="utf-8").strip().split("\n\n")
    rows = [list(zip(*(line.split("\t") for line in block.split("\n")), strict=True)) for block in blocks]
    return [{"tokens": list(words), "tags": list(tags)} for words, tags in rows]


@pytest.fixture(scope="session")
def of_files(tiny_encoder: str, tmp_path_factory: pytest.TempPathFactory) -> sx.Run:
    """A finished run of a configuration in a file, with the shipped corpus in files beside it."""
    folder = tmp_path_factory.mktemp("of_files")
    for split in SPLITS:
        (folder / f"{split}.conll").write_bytes((QUICKSTART / f"{split}.conll").read_bytes())
    paths = {"train_data_path": "train.conll", "validation_data_path": "dev.conll", "test_data_path": "test.conll"}
    (folder / "config.jsonnet").write_text(json.dumps({**tiny_config(tiny_encoder), **paths}), encoding="utf-8")
    return sx.train(folder / "config.jsonnet", folder / "run")


def content(run: sx.Run, name: str) -> bytes:
    """The bytes of a file of a run."""
    return Path(run.folder, name).read_bytes()
