"""The sub-commands, called as `allennlp` calls them, and a small trained run."""

import sys
from pathlib import Path
from typing import Callable

import pytest
from allennlp.commands import main
from allennlp.commands.train import train_model
from allennlp.common import Params

from tests.active_learning.conftest import small_config

Command = Callable[..., int]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `allennlp` with these arguments in this process and gives its exit code."""

    def call(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["allennlp", *map(str, arguments)])
        try:
            main(prog="allennlp")
        except SystemExit as end:
            return int(end.code or 0)
        return 0

    return call


@pytest.fixture(scope="session")
def trained(tiny_encoder: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of one round on 60 sentences, long enough that the tagger finds entities."""
    folder = tmp_path_factory.mktemp("runs") / "trained"
    sizes = {"trainer.pool.size": 60, "trainer.seed_size": 60, "trainer.num_rounds": 0, "trainer.query_size": 1}
    longer = {"trainer.trainer.num_epochs": 12, "trainer.augmenter": {"type": "none"}}
    train_model(Params(small_config(tiny_encoder, **sizes, **longer)), str(folder))
    return folder
