"""The models of `make models-all` are what they are said to be, and every configuration of the paper starts on them."""

import shutil
from pathlib import Path
from typing import Callable, Dict, Iterator

import pytest

from scripts import convert_e5
from seqmix_plugin.active_learning import ActiveLearningTrainModel
from tests.configs_test import CONFIGS, KINDS, built, configuration, evaluate, trained_for_a_round
from tests.configs_test import train_file as train_file
from tests.conftest import ROOT

E5, SMOLLM2 = "models/multilingual-e5-small", "models/SmolLM2-135M-Instruct"
PAPER = [path for path in CONFIGS if path.parent.name == "paper"]

pytestmark = pytest.mark.skipif(
    not all((ROOT / folder / ".done").exists() for folder in (E5, SMOLLM2)), reason="`make models-all` puts them there"
)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Removed at once: each run writes the weights."""
    yield tmp_path / "run"
    shutil.rmtree(tmp_path / "run", ignore_errors=True)


@pytest.fixture
def real_models() -> Dict[str, str]:
    """The folders, which the configurations name from the repository's root."""
    return {folder: str(ROOT / folder) for folder in (E5, SMOLLM2)}


def test_e5_finds_translations() -> None:
    convert_e5.check(ROOT / E5, ["Latin"])


def test_smollm2_knows_facts_and_fluent_text() -> None:
    script = pytest.importorskip("scripts.convert_smollm2", exc_type=ImportError)
    script.check(ROOT / SMOLLM2)


@pytest.mark.parametrize("path", PAPER, ids=lambda path: path.stem)
def test_every_configuration_of_the_paper_starts(
    path: Path, real_models: Dict[str, str], train_file: Callable[[int], Path], folder: Path
) -> None:
    """All parts are made and checked, the first weights written; `train_on_all` of the events needs 2,215 sentences."""
    config = evaluate(path, "offline")
    model = built(config, real_models, train_file(2215), folder)
    assert isinstance(model, ActiveLearningTrainModel)
    assert (folder / "best.th").exists()


@pytest.mark.parametrize("name", KINDS)
def test_one_of_each_kind_is_trained_for_a_round(name: str, real_models: Dict[str, str], folder: Path) -> None:
    config = evaluate(configuration(name), "offline")
    metrics = trained_for_a_round(config, real_models, folder.parent)
    assert metrics["annotated_sentences"] == 50
    assert "word_embeddings" in config["trainer"]["trainer"]["no_grad"]
