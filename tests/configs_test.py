"""Every shipped configuration is built, with tiny models in place of the real ones."""

import json
from pathlib import Path
from typing import Any, Dict

import pytest
from _jsonnet import evaluate_file
from allennlp.commands.train import TrainModel
from allennlp.common import Params

from seqmix_plugin.active_learning import ActiveLearningTrainModel
from tests.conftest import QUICKSTART, ROOT

CONFIGS = sorted((ROOT / "training_configs").glob("*.jsonnet"))


def with_tiny_models(block: Any, models: Dict[str, str]) -> Any:
    """The configuration with every model's name replaced; a name that is not expected is an error."""
    if isinstance(block, list):
        return [with_tiny_models(value, models) for value in block]
    if isinstance(block, dict):
        return {
            key: models[value] if key == "model_name" else with_tiny_models(value, models)
            for key, value in block.items()
        }
    return block


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_configuration_is_built(path: Path, tiny_encoder: str, tiny_gpt2: str, tmp_path: Path) -> None:
    config = json.loads(evaluate_file(str(path)))
    models = {"bert-base-cased": tiny_encoder, "models/all-MiniLM-L6-v2": tiny_encoder, "gpt2": tiny_gpt2}
    config = with_tiny_models(config, models)
    train = tmp_path / "train.conll"
    text = (QUICKSTART / "train.conll").read_text(encoding="utf-8")
    train.write_text(text + "\n" + text, encoding="utf-8")  # 700 sentences are wanted
    config |= {"train_data_path": str(train), "validation_data_path": str(QUICKSTART / "dev.conll")}
    config |= {"test_data_path": str(QUICKSTART / "test.conll")}
    config["dataset_reader"]["source_scheme"] = "BIO"
    for key in ("random_seed", "numpy_seed", "pytorch_seed"):
        assert config.pop(key) == config["seed"]
    assert config.pop("include_in_archive") == ["encoder"]
    built = TrainModel.from_params(Params(config), serialization_dir=str(tmp_path / "run"), local_rank=0)
    assert isinstance(built, ActiveLearningTrainModel)
    assert (tmp_path / "run" / "best.th").exists()


def test_the_main_configuration_is_the_papers() -> None:
    config = json.loads(evaluate_file(str(ROOT / "training_configs" / "conll_seqmix.jsonnet")))
    trainer = config["trainer"]
    assert [trainer[key] for key in ("pool_size", "seed_size", "num_rounds", "query_size")] == [700, 200, 5, 100]
    assert trainer["reuse_model"] is True
    assert trainer["query_policy"] == {"type": "normalized_token_entropy"}
    augmenter = trainer["augmenter"]
    assert (augmenter["rate"], augmenter["alpha"]) == (0.2, 8)
    assert augmenter["pairing"] == {"type": "sub_sequence", "window": 5, "min_density": 0.6}
    assert augmenter["discriminator"]["range"] == [0, 500]
    assert augmenter["discriminator"]["language_model"]["model_name"] == "gpt2"
    inner = trainer["trainer"]
    assert (inner["num_epochs"], inner["grad_norm"]) == (10, 1.0)
    assert {key: inner["optimizer"][key] for key in ("lr", "eps", "weight_decay")} == {
        "lr": 5e-5,
        "eps": 1e-8,
        "weight_decay": 0.01,
    }
    assert config["data_loader"]["batch_size"] == 32
    assert config["model"]["dropout"] == 0.1
    assert config["dataset_reader"]["max_length"] == 128
    embedder = config["model"]["text_field_embedder"]["token_embedders"]["tokens"]
    assert embedder["model_name"] == "bert-base-cased"
    assert embedder["sub_token_mode"] == "first"


@pytest.mark.parametrize("name", ["seqmix", "nte", "random"])
def test_fresh_twins_differ_in_one_key(name: str) -> None:
    plain, fresh = (
        json.loads(evaluate_file(str(ROOT / "training_configs" / f"conll_{name}{suffix}.jsonnet")))
        for suffix in ("", "_fresh")
    )
    assert fresh["trainer"].pop("reuse_model") is False
    assert plain["trainer"].pop("reuse_model") is True
    assert plain == fresh
