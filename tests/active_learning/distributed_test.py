"""Two processes make the run that one makes."""

import copy
import json
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
import torch
from allennlp.commands.train import TrainModel, train_model
from allennlp.common import Params
from allennlp.common.util import prepare_environment
from allennlp.models.archival import load_archive
from transformers import AutoModel

from tests.active_learning import double_tagger  # noqa: F401  registers
from tests.active_learning.conftest import lines, small_config
from tests.two_processes import on_two_processes

Pair = Callable[..., List[Path]]


def train_on_one_rank(rank: int, world_size: int, device: int, config: Dict[str, Any], folder: str) -> None:
    """What AllenNLP's command does in each of its processes."""
    torch.set_num_threads(1)
    place = {"local_rank": rank, "cuda_device": device, "world_size": world_size, "distributed": world_size > 1}
    params = Params({**config, "trainer": {**config["trainer"], **(place if world_size > 1 else {})}})
    params.pop("include_in_archive")
    prepare_environment(params)
    loop = TrainModel.from_params(params=params, serialization_dir=folder, local_rank=rank)
    metrics = loop.run()
    if rank == 0:
        loop.finish(metrics)


@pytest.fixture
def one_and_two(tiny_encoder: str, tmp_path: Path, fresh_encoders: None) -> Pair:
    """The folders of the same small run, in one process and in two."""

    def train(**overrides: Any) -> List[Path]:
        config = small_config(tiny_encoder, **overrides)
        folders = [tmp_path / "one", tmp_path / "two"]
        threads = torch.get_num_threads()
        train_on_one_rank(0, 1, -1, copy.deepcopy(config), str(folders[0]))
        torch.set_num_threads(threads)
        on_two_processes(train_on_one_rank, config, str(folders[1]))
        return folders

    return train


# 13 + 2 x 6 sentences in batches of 4: a last batch of one sentence, of which the second process has no share.
EXACT = {
    "model.type": "double_tagger",
    "model.dropout": 0.0,
    "model.text_field_embedder.token_embedders.tokens.transformer_kwargs": {
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
    },
    "data_loader.batch_size": 4,
    "trainer.seed_size": 13,
    "trainer.augmenter": {"type": "none"},
}


TOKENS = {"trainer.query_size": None, "trainer.query_tokens": 80}
DIVERSE = {
    "type": "without_redundancy",
    "policy": {"type": "hybrid", "policy": "mnlp", "diversity": "core_set"},
    "max_cosine": 0.99,
}
SMALL = {"type": "in_domain", "settings": {"num_layers": 1, "dimension": 32, "max_epochs": 1}}


def without_seconds(folder: Path) -> List[Dict[str, Any]]:
    return [{key: value for key, value in row.items() if key != "seconds"} for row in lines(folder / "rounds.jsonl")]


def difference(folders: List[Path]) -> float:
    """The largest difference between two runs' last weights."""
    one, other = (torch.load(folder / "best.th", weights_only=True) for folder in folders)
    assert one.keys() == other.keys()
    return max(float((one[name] - other[name]).abs().max()) for name in one)


@pytest.mark.parametrize(
    "overrides",
    [
        {},
        {"model.head": {"type": "crf"}, "trainer.query_policy": {"type": "vote_entropy", "committee_size": 2}},
        {
            "trainer.reuse_model": False,
            "trainer.scoring": {"max_candidates": 9},
            "trainer.query_policy": {"type": "fluctuation_history", "policy": {"type": "inverse_tag_frequency"}},
            **TOKENS,
        },
        {"trainer.seed_policy": "kmeans", "trainer.query_policy": DIVERSE, "trainer.num_rounds": 1},
    ],
    ids=[
        "softmax",
        "crf and committee",
        "fresh models, a sample of the pool, queries in tokens and earlier scores",
        "a seed set and queries by vectors, also of labelled sentences",
    ],
)
def test_two_processes_train_and_query_as_one(one_and_two: Pair, overrides: Dict[str, Any]) -> None:
    folders = one_and_two(**EXACT, **overrides)
    assert difference(folders) < 1e-6
    for one, other in zip(*(without_seconds(folder) for folder in folders), strict=True):
        assert one["query_scores"] == pytest.approx(other["query_scores"], abs=1e-6)
        for key in ("round", "annotated", "queried", "scores"):
            assert one[key] == other[key]
    assert (folders[0] / "annotated.jsonl").read_bytes() == (folders[1] / "annotated.jsonl").read_bytes()
    assert (folders[1] / "metrics.json").exists()


def test_frozen_weights_stay_as_they_are_in_two_processes_too(one_and_two: Pair, tiny_encoder: str) -> None:
    """AllenNLP freezes after it has wrapped the model for several processes, which then wait for the gradients."""
    folders = one_and_two(**EXACT, **{"trainer.trainer.no_grad": ["word_embeddings"], "trainer.num_rounds": 0})
    assert difference(folders) < 1e-6
    pretrained = AutoModel.from_pretrained(tiny_encoder).state_dict()
    for folder in folders:
        weights = torch.load(folder / "best.th", weights_only=True)
        same = [
            torch.equal(weights[name], pretrained[name.partition("transformer_model.")[2]])
            for name in weights
            if "embeddings.word" in name or "embeddings.position" in name
        ]
        assert sorted(same) == [False, True]


@pytest.mark.parametrize(
    "overrides",
    [
        {"trainer.augmenter.discriminator": {"type": "perplexity", "language_model": SMALL, "quantile": [0, 0.5]}},
        {
            "trainer.augmenter.discriminator": {
                "type": "perplexity",
                "language_model": SMALL,
                "ratio_to_parents": [0, 1.1],
            }
        },
        {
            "trainer.query_policy": {"type": "bald", "num_samples": 3},
            "trainer.augmenter.discriminator": {"type": "tagger_agreement", "min_agreement": 0.05},
        },
    ],
    ids=["perplexity", "perplexities of windows", "samples of dropout and agreement"],
)
def test_with_dropout_the_same_weights_give_the_same_scores(one_and_two: Pair, overrides: Dict[str, Any]) -> None:
    folders = one_and_two(**{"trainer.trainer.optimizer.lr": 0.0, **overrides})
    assert difference(folders) == 0
    one, other = (without_seconds(folder) for folder in folders)
    assert [row["queried"] for row in one] == [row["queried"] for row in other]
    for row, twin in zip(one[1:], other[1:], strict=True):
        assert row["query_scores"] == pytest.approx(twin["query_scores"], rel=1e-5)
    synthetic = [lines(folder / "synthetic.jsonl") for folder in folders]
    assert len(synthetic[0]) == len(synthetic[1]) > 0
    for child, twin in zip(*synthetic, strict=True):
        assert (child.pop("score") or 0) == pytest.approx(twin.pop("score") or 0, rel=1e-5)
        assert child == twin


def test_allennlps_command_starts_the_processes(
    tiny_encoder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    config = {**small_config(tiny_encoder), "distributed": {"cuda_devices": [-1, -1]}}
    train_model(Params(config), str(tmp_path / "run"), include_package=["seqmix_plugin"])
    assert [row["annotated"]["sentences"] for row in lines(tmp_path / "run" / "rounds.jsonl")] == [12, 18, 24]
    assert json.loads((tmp_path / "run" / "environment.json").read_text())["processes"] == 2
    assert json.loads((tmp_path / "run" / "metrics.json").read_text())["annotated_sentences"] == 24
    assert load_archive(str(tmp_path / "run" / "model.tar.gz")).model.head.labels[0] == "B-LOC"
    assert list((tmp_path / "run").glob("*.damaged*")) == [], "AllenNLP writes a part of the vocabulary before us"
