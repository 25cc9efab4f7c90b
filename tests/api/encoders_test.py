"""Runs of one process have encoders of their own, whatever others have loaded under the same name."""

import shutil
from pathlib import Path
from typing import Any, Dict

import torch
from transformers import BertConfig, BertModel

import seqmix_plugin as sx
from tests.api.conftest import sentences, shortest_config

ENCODER = "model.text_field_embedder.token_embedders.tokens"


def weights(run: sx.Run) -> Dict[str, torch.Tensor]:
    loaded: Dict[str, torch.Tensor] = torch.load(run.folder / "best.th", weights_only=True)
    return loaded


def equal(one: sx.Run, other: sx.Run) -> bool:
    return all(torch.equal(value, weights(other)[name]) for name, value in weights(one).items())


def other_encoder(encoder: str, folder: Path, **settings: Any) -> Path:
    """An encoder with the same tokenizer and with other weights."""
    shutil.copytree(encoder, folder, dirs_exist_ok=True)
    configuration = BertConfig.from_pretrained(encoder)
    configuration.update(settings)
    torch.manual_seed(7)
    BertModel(configuration).save_pretrained(folder)
    return folder


def test_other_keys_of_the_encoder_are_those_of_each_run(tiny_encoder: str, tmp_path: Path) -> None:
    config = shortest_config(tiny_encoder)
    plain = sx.train(config, tmp_path / "plain")
    changes = {"transformer_kwargs": {"hidden_dropout_prob": 0.5}, "load_weights": False}
    others = [sx.train(config, tmp_path / key, overrides={f"{ENCODER}.{key}": value}) for key, value in changes.items()]
    assert [equal(plain, other) for other in others] == [False, False]
    assert equal(plain, sx.train(config, tmp_path / "again"))


def test_an_encoder_whose_files_have_changed_is_read_again(tiny_encoder: str, tmp_path: Path) -> None:
    folder = tmp_path / "encoder"
    shutil.copytree(tiny_encoder, folder)
    config = shortest_config(str(folder))
    before = sx.train(config, tmp_path / "before")
    other_encoder(tiny_encoder, folder)
    after = sx.train(config, tmp_path / "after")
    assert not equal(before, after)
    alone = sx.train(shortest_config(str(other_encoder(tiny_encoder, tmp_path / "other"))), tmp_path / "alone")
    assert equal(after, alone)


def test_a_tagger_has_the_architecture_of_its_run(tiny_encoder: str, tmp_path: Path) -> None:
    """In a folder that held another run before."""
    texts = [one["tokens"] for one in sentences("dev")]
    folder = tmp_path / "run"
    sx.train(shortest_config(tiny_encoder), folder).tagger.predict(texts)
    encoder = other_encoder(tiny_encoder, tmp_path / "encoder", num_attention_heads=8)
    found = sx.train(shortest_config(str(encoder)), folder, force=True).tagger.predict(texts)
    moved = sx.Tagger(shutil.copytree(folder, tmp_path / "moved")).predict(texts)
    assert [one.output for one in found] == [one.output for one in moved]
