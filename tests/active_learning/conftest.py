"""A whole run that is small enough for unit tests."""

import functools
import json
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
from allennlp.commands.train import train_model
from allennlp.common import Params
from allennlp.common.params import with_overrides

from tests.conftest import QUICKSTART, ROOT


def small_config(tiny_encoder: str, **overrides: Any) -> Dict[str, Any]:
    """The quickstart with the tiny encoder: 12 + 2 x 6 of 40 sentences, 2 epochs a round."""
    small = {
        "dataset_reader.token_indexers.tokens.model_name": tiny_encoder,
        "model.text_field_embedder.token_embedders.tokens.model_name": tiny_encoder,
        "train_data_path": str(QUICKSTART / "train.conll"),
        "validation_data_path": str(QUICKSTART / "dev.conll"),
        "test_data_path": str(QUICKSTART / "test.conll"),
        "trainer.pool.size": 40,
        "trainer.seed_size": 12,
        "trainer.num_rounds": 2,
        "trainer.query_size": 6,
        "trainer.trainer.num_epochs": 2,
        "trainer.trainer.optimizer.lr": 0.005,
        "trainer.trainer.callbacks": [{"type": "should_validate_callback", "validation_start": 3}],
        "trainer.augmenter.rate": 0.5,
        "trainer.augmenter.pairing": {"type": "sub_sequence", "window": 3, "min_density": 0.3},
        "trainer.augmenter.discriminator": {"type": "accept_all"},
    }
    kept = {key: value for key, value in small.items() if not any(key.startswith(f"{name}.") for name in overrides)}
    return with_overrides(json.loads(quickstart()), {**kept, **overrides})


@functools.cache
def quickstart() -> str:
    """The configuration as JSON: Jsonnet takes as long to evaluate it as a small model to train an epoch."""
    return json.dumps(Params.from_file(str(ROOT / "training_configs" / "quickstart.jsonnet")).as_dict(quiet=True))


Run = Callable[..., Path]


@pytest.fixture
def run(tiny_encoder: str, tmp_path: Path) -> Run:
    """Trains a small configuration with overrides and gives the folder."""

    def train(name: str, recover: bool = False, **overrides: Any) -> Path:
        folder = tmp_path / name
        train_model(Params(small_config(tiny_encoder, **overrides)), str(folder), recover=recover)
        return folder

    return train


def lines(path: Path) -> List[Dict[str, Any]]:
    """The records of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
