"""Whole runs with a tiny model, from a configuration to the files that are left."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from allennlp.commands.evaluate import evaluate_from_archive
from allennlp.commands.train import TrainModel
from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from allennlp.models.archival import load_archive
from PIL import Image

from seqmix_plugin.active_learning.learner import Learner
from tests.active_learning.conftest import Run, lines, small_config
from tests.conftest import QUICKSTART

PERPLEXITY = {"type": "perplexity", "language_model": {"type": "in_domain"}}
NONE = {"trainer.augmenter": {"type": "none"}}


def without_seconds(path: Path) -> str:
    records = lines(path)
    for record in records:
        record.pop("seconds")
    return json.dumps(records)


def test_a_run_leaves_its_record(run: Run) -> None:
    folder = run("run")
    rounds, synthetic = lines(folder / "rounds.jsonl"), lines(folder / "synthetic.jsonl")
    assert [record["annotated"]["sentences"] for record in rounds] == [12, 18, 24]
    assert [record["synthetic_in_training"] for record in rounds] == [6, 9, 12]
    queried = [name for record in rounds for name in record["queried"]]
    assert len(set(queried)) == 24
    assert set(rounds[1]["seconds"]) == {"query", "annotate", "augment", "train", "measure"}
    assert {"precision", "recall", "f1", "PER/f1"} <= set(rounds[0]["scores"]["dev"])
    for child in synthetic:
        assert {window["sentence_id"] for window in child["parents"]} <= set(rounds[child["round"]]["queried"])
        assert all(sum(row.values()) == pytest.approx(1) for row in child["tag_distributions"])
    assert sum(child["accepted"] for child in synthetic) == 12
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["dev_f1"] == rounds[-1]["scores"]["dev"]["f1"]
    assert metrics["mean_test_f1"] == pytest.approx(sum(r["scores"]["test"]["f1"] for r in rounds) / 3)
    with open(folder / "learning_curve.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["sentences"]) for row in rows] == [12, 18, 24]
    assert float(rows[2]["dev_f1"]) == rounds[2]["scores"]["dev"]["f1"]
    annotated = lines(folder / "annotated.jsonl")
    assert [row["id"] for row in annotated] == queried
    assert all(len(row["tokens"]) == len(row["tags"]) for row in annotated)
    assert (folder / "learning_curve.png").read_bytes().startswith(b"\x89PNG")
    assert not list(folder.glob("round_*/*.th"))


def test_labels_are_written_before_anything_is_made_of_them(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Learner, "train", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run("interrupted")
    assert [row["round"] for row in lines(tmp_path / "interrupted" / "annotated.jsonl")] == [0] * 12
    assert not (tmp_path / "interrupted" / "rounds.jsonl").exists()


def test_the_same_seed_is_the_same_run_and_another_is_not(run: Run) -> None:
    once, again, other = run("once"), run("again"), run("other", seed=2)
    assert without_seconds(once / "rounds.jsonl") == without_seconds(again / "rounds.jsonl")
    assert (once / "synthetic.jsonl").read_bytes() == (again / "synthetic.jsonl").read_bytes()
    assert lines(once / "rounds.jsonl")[0]["queried"] != lines(other / "rounds.jsonl")[0]["queried"]
    # The slice follows from data_seed: what the other run queried lies in it too.
    weights, others = (torch.load(folder / "best.th", weights_only=True) for folder in (once, again))
    assert all(torch.equal(weights[name], others[name]) for name in weights)


def test_policies_and_augmenters_share_slice_seed_set_and_first_weights(run: Run) -> None:
    random = run("random", **NONE, **{"trainer.query_policy.type": "random"})
    entropy = run("entropy", **NONE)
    mixed = run("mixed")
    first, second, third = (lines(folder / "rounds.jsonl")[0] for folder in (random, entropy, mixed))
    for record in (first, second):
        record.pop("seconds")
    assert first == second
    assert first["queried"] == third["queried"]
    assert lines(random / "rounds.jsonl")[1]["queried"] != lines(entropy / "rounds.jsonl")[1]["queried"]


def test_the_archive_scores_as_the_last_round_did(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = run("run")
    last = lines(folder / "rounds.jsonl")[-1]["scores"]
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for split in ("dev", "test"):
        metrics = evaluate_from_archive(
            str(folder / "model.tar.gz"),
            str(QUICKSTART / f"{split}.conll"),
            metrics_output_file="metrics.json",
            predictions_output_file="predictions.jsonl",
        )
        assert {name: metrics[name] for name in last[split]} == last[split]
        gold = (QUICKSTART / f"{split}.conll").read_text(encoding="utf-8").strip().split("\n\n")
        words = [[line.split("\t")[0] for line in block.split("\n")] for block in gold]
        batches = [record["words"] for record in lines(Path("predictions.jsonl"))]
        assert [sentence for batch in batches for sentence in batch] == words  # in the file's order


def test_the_archive_needs_neither_the_hub_nor_the_encoders_folder(run: Run, tiny_encoder: str) -> None:
    folder = run("run")
    hidden = Path(tiny_encoder).rename(Path(tiny_encoder).with_name("hidden"))
    try:
        archive = load_archive(str(folder / "model.tar.gz"))
    finally:
        hidden.rename(tiny_encoder)
    instance = archive.dataset_reader.text_to_instance(["Anna", "sings"])
    assert len(archive.model.forward_on_instance(instance)["tags"]) == 2


@pytest.mark.parametrize("reuse_model", [True, False])
def test_what_a_round_starts_from(run: Run, reuse_model: bool) -> None:
    """With a learning rate of 0, a reused model keeps its first head and a fresh one gets another."""
    changes: Any = {**NONE, "trainer.reuse_model": reuse_model, "trainer.trainer.optimizer.lr": 0.0}
    first = run("first", **{**changes, "trainer.num_rounds": 0})
    second = run("second", **{**changes, "trainer.num_rounds": 1})
    heads = [torch.load(folder / "best.th", weights_only=True) for folder in (first, second)]
    assert torch.equal(heads[0]["tag_projection.weight"], heads[1]["tag_projection.weight"]) == reuse_model
    encoder = "text_field_embedder.token_embedder_tokens._matched_embedder.transformer_model.embeddings"
    name = f"{encoder}.word_embeddings.weight"
    assert torch.equal(heads[0][name], heads[1][name])


def test_the_inner_trainer_validates_when_asked(run: Run) -> None:
    folder = run("run", **NONE, **{"validation_data_loader": {"type": "in_memory"}, "trainer.trainer.callbacks": None})
    assert "validation_f1" in json.loads((folder / "round_0" / "metrics_epoch_1.json").read_text())


def test_all_of_the_pool_may_be_labelled_but_no_more(run: Run) -> None:
    folder = run("equal", **NONE, **{"trainer.query_size": [20, 8]})
    assert lines(folder / "rounds.jsonl")[-1]["annotated"]["sentences"] == 40
    with pytest.raises(ConfigurationError, match="need 41 labels, but the pool has 40 sentences"):
        run("more", **{"trainer.query_size": [20, 9]})


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"trainer.seed_size": 0}, "trainer.seed_size is 0; expected 1 or more"),
        ({"trainer.query_size": [6]}, "trainer.query_size has 1 numbers for 2 rounds"),
        ({"trainer.num_rounds": -1}, "trainer.num_rounds is -1"),
        ({"trainer.pool.size": 601}, "trainer.pool.size is 601; the training file has 600 sentences"),
        ({"train_data_path": "no/such.conll"}, "no/such.conll: no such file"),
        (
            {"trainer.query_policy.type": "entropy"},
            "trainer.query_policy.type is 'entropy'; expected one of 'badge', 'bald', ",
        ),
        ({"data_loader.type": "multiprocess"}, "data_loader.type is 'multiprocess'; .* needs 'in_memory'"),
        (
            {"dataset_reader.token_indexers.tokens": {"type": "single_id"}, "dataset_reader.max_length": None},
            "word_piece",
        ),
        ({"dataset_reader.token_indexers.tokens.model_name": "no/model"}, "model_name 'no/model'"),
        (
            {"model.text_field_embedder.token_embedders.tokens.model_name": "no/model"},
            "model: the encoder cannot be loaded .*no/model",
        ),
        ({"dataset_reader.sceme": "BIO"}, "sceme"),
        ({"model.drop_out": 0.1}, "drop_out"),
        ({"data_loader.batch": 32}, "batch"),
        ({"trainer.rounds": 3}, "rounds"),
        ({"trainer.query_policy.k": 3}, "k"),
        ({"trainer.oracle.noise": 0.1}, "noise"),
        ({"trainer.augmenter.alfa": 8}, "alfa"),
        ({"trainer.augmenter.pairing": {"type": "sub_sequence", "size": 5}}, "size"),
        ({"trainer.augmenter.embedding_table.metric": "l2"}, "metric"),
        ({"trainer.augmenter.embedding_table": {"type": "contextual", "layer": 3}}, "embedding_table.layer is 3"),
        ({"model.head": {"type": "crf", "labels": ["O"]}}, "model.head.labels cannot be configured"),
        ({"trainer.query_policy": {"type": "vote_entropy", "committee_size": 1}}, "committee_size is 1"),
        (
            {"trainer.augmenter.discriminator": PERPLEXITY | {"quantile": 0.5}},
            "trainer.augmenter.discriminator.quantile is 0.5; expected a list of numbers or null",
        ),
        (
            {"trainer.augmenter.discriminator": PERPLEXITY | {"range": 500}},
            r"discriminator.range is 500; expected a list of \(numbers or null\) or null",
        ),
        ({"trainer.augmenter": None}, "trainer.augmenter is null; expected a block such as {'type': 'none'}"),
        ({"trainer.augmenter.pairing": None}, "trainer.augmenter.pairing is null"),
        ({"trainer.query_policy": None}, "trainer.query_policy is null"),
        ({"model.head": None}, "model.head is null"),
        ({"trainer.trainer": None}, "trainer.trainer is null"),
        ({"trainer.trainer.num_epochs": 0}, "trainer.trainer.num_epochs is 0; expected 1 or more"),
        ({"trainer.pool.size": -5}, "trainer.pool.size is -5; the training file has 600 sentences, expected 1 to"),
        ({"trainer.type": "gradient_descent"}, "trainer.type is 'gradient_descent'; active learning needs"),
        (
            {"trainer.query_policy": {"type": "bald", "num_sample": 3}},
            "trainer.query_policy.num_sample is an unknown key; did you mean 'num_samples'",
        ),
        (
            {"trainer.augmenter.pairing": {"type": "sub_sequence", "border": True}},
            "pairing.border is an unknown key; .* 'sub_sequence' has entity_borders, min_density, window",
        ),
        (
            {"trainer.query_policy": {"type": "mnlp", "k": 1}},
            "trainer.query_policy.k is an unknown key; 'mnlp' has type",
        ),
        ({"trainer.augmenter.alpha": [8]}, r"trainer.augmenter.alpha is \[8\]; expected a number"),
        ({"trainer.trainer.num_epoch": 10}, "trainer.trainer.num_epoch is an unknown key; did you mean 'num_epochs'"),
        ({"trainer.trainer.optimizer.learning_rate": 0.1}, "learning_rate"),
        ({"trainer.seed_size": "12"}, "trainer.seed_size is '12'; expected a whole number"),
        ({"trainer.seed_size": None}, "trainer.seed_size is null; expected a whole number"),
        ({"trainer.seed": 5}, "trainer.seed cannot be configured: 'seed' is a key of the top level"),
        ({"trainer.distributed": True}, "'distributed' is a key of the top level"),
        (
            {"trainer.scoring": {"max_candidates": 5}},
            "scoring.max_candidates is 5; expected at least the 6 sentences of a query",
        ),
        (
            {"trainer.scoring": {"max_candidates": 11}, "trainer.seed_policy": {"type": "kmeans"}},
            "scoring.max_candidates is 11; expected at least the 12 sentences of a query",
        ),
        ({"trainer.scoring": {"dtype": "float16"}}, "scoring.dtype is 'float16'; expected one of float32, bfloat16"),
        (
            {"trainer.trainer.cuda_device": 1},
            "trainer.trainer.cuda_device cannot be configured: set trainer.cuda_device",
        ),
        ({"trainer.trainer.serialization_dir": "x"}, "trainer.trainer.serialization_dir cannot be configured"),
        ({"trainer.trainer.use_amp": True, "trainer.cuda_device": -1}, "trainer.trainer: Using AMP requires a cuda"),
        ({"data_loader.shuffle": False}, "data_loader.shuffle cannot be configured"),
        ({"dataset_reader.max_instances": 50}, "max_instances has no effect"),
        ({"dataset_reader.max_length": None}, "max_length is None; the encoder takes 160 word pieces at most"),
        ({"dataset_reader.max_length": 161}, "max_length is 161; the encoder takes 160 word pieces at most"),
        ({"no_such_key": 1}, "no_such_key"),
    ],
)
def test_mistakes_end_the_run_before_any_training(run: Run, tmp_path: Path, overrides: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        run("wrong", **overrides)
    assert not (tmp_path / "wrong" / "rounds.jsonl").exists()
    assert not list((tmp_path / "wrong").glob("round_*/metrics*"))


def test_entity_types_that_cannot_be_learned_are_warned_of(
    run: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    dev = tmp_path / "dev.conll"
    dev.write_text("Anna\tB-PERSON\n\nOslo\tB-LOC\nParis\tB-CITY\n", encoding="utf-8")
    run("run", **NONE, **{"validation_data_path": str(dev), "trainer.num_rounds": 0})
    said = capfd.readouterr().err
    assert "warning: dev has entity types that the training file lacks: CITY, PERSON\n" in said
    assert "test has entity types" not in said


def test_a_training_file_without_entities_is_warned_of(
    run: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    train = tmp_path / "train.conll"
    train.write_text("in\tO\n\n" * 40, encoding="utf-8")
    run("run", **NONE, **{"train_data_path": str(train), "test_data_path": None, "trainer.num_rounds": 0})
    assert f"{train}: no entity in this file; all tags are O" in capfd.readouterr().err


def test_without_dev_and_test_whatever_shows_f1_says_that_there_is_none(
    run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    nothing = {"validation_data_path": None, "test_data_path": None, "trainer.num_rounds": 1}
    folder = run("run", **NONE, **nothing)
    said = capfd.readouterr().out
    assert [record["scores"] for record in lines(folder / "rounds.jsonl")] == [{}, {}]
    assert json.loads((folder / "metrics.json").read_text())["f1"] == "not measured"
    with open(folder / "learning_curve.csv", newline="") as file:
        assert [row["f1"] for row in csv.DictReader(file)] == ["not measured"] * 2
    table = said[said.index("learning curve") :].splitlines()
    assert sum(line.split()[-3:-1] == ["not", "measured"] for line in table) == 2
    picture = np.asarray(Image.open(folder / "learning_curve.png").convert("RGB"))
    height, width, _ = picture.shape
    middle = picture[int(0.4 * height) : int(0.6 * height), int(0.3 * width) : int(0.7 * width)]
    assert middle.min() < 50, "there are dark letters where lines would be"


def test_indexer_and_embedder_must_name_one_encoder(run: Run, tiny_encoder: str, tmp_path: Path) -> None:
    shutil.copytree(tiny_encoder, tmp_path / "other")
    name = "model.text_field_embedder.token_embedders.tokens.model_name"
    with pytest.raises(ConfigurationError, match="token_indexers name the encoder .*tiny_encoder.*, but .*other"):
        run("wrong", **{name: str(tmp_path / "other")})


def test_a_round_queries_with_the_model_of_the_round_before(run: Run) -> None:
    first, second = (run(f"{n}", **NONE, **{"trainer.num_rounds": n}) for n in (0, 1))
    archive = load_archive(str(first / "model.tar.gz"))
    archive.model.eval()
    corpus = {
        sentence.id: sentence for sentence in archive.dataset_reader.read_sentences(str(QUICKSTART / "train.conll"))
    }
    record = lines(second / "rounds.jsonl")[1]
    for name, score in zip(record["queried"], record["query_scores"], strict=True):
        output = archive.model.forward_on_instance(archive.dataset_reader.text_to_instance(corpus[name].tokens))
        probabilities = output["tag_probabilities"]
        assert score == pytest.approx(-(probabilities * np.log(probabilities)).sum(-1).mean(), rel=1e-3)


def test_the_papers_recipe_reaches_the_inner_trainer(tiny_encoder: str, tmp_path: Path) -> None:
    """No decay of biases and LayerNorm; up over a tenth of the steps, down to 0, in whichever round."""
    config = small_config(tiny_encoder, **{"trainer.trainer.num_epochs": 10, "trainer.trainer.optimizer.lr": 0.3})
    for key in ("random_seed", "numpy_seed", "pytorch_seed", "include_in_archive"):
        config.pop(key)
    built = TrainModel.from_params(Params(config), serialization_dir=str(tmp_path / "run"), local_rank=0)
    sentences = built.trainer.loop.experiment.corpora.train[:16]  # 2 batches of 8: 20 steps
    inner = built.trainer.loop.learners[0].inner_trainer(0, sentences, tmp_path, 0)
    decay = {id(p): group["weight_decay"] for group in inner.optimizer.param_groups for p in group["params"]}
    for name, parameter in built.model.named_parameters():
        assert decay[id(parameter)] == (0.0 if "bias" in name or "LayerNorm" in name else 0.01), name
    scheduler = inner._learning_rate_scheduler
    rates = [inner.optimizer.param_groups[0]["lr"]]
    for step in range(1, 21):
        scheduler.step_batch(step)
        rates.append(inner.optimizer.param_groups[0]["lr"])
        if step % 2 == 0:
            scheduler.step()
    assert rates == pytest.approx([0.0, 0.15, *(0.3 * (20 - step) / 18 for step in range(2, 21))], abs=1e-5)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
@pytest.mark.parametrize("use_amp", [False, True])
def test_a_gpu_is_used_when_there_is_one(run: Run, use_amp: bool) -> None:
    discriminator = {"type": "perplexity", "language_model": {"type": "in_domain"}, "quantile": [0, 0.5]}
    folder = run("run", **{"trainer.augmenter.discriminator": discriminator, "trainer.trainer.use_amp": use_amp})
    assert [record["annotated"]["sentences"] for record in lines(folder / "rounds.jsonl")] == [12, 18, 24]
    assert all(tensor.is_cuda for tensor in torch.load(folder / "best.th", weights_only=True).values())
