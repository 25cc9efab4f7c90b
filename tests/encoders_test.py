"""A whole run of each family of encoders in `docs/models.md`, on tiny random models of its architecture."""

import json
import shutil
from pathlib import Path
from typing import Any, Dict, List

import pytest
from allennlp.commands.train import train_model
from allennlp.common import Params
from allennlp.data import Batch
from allennlp.predictors import Predictor
from transformers import pipeline

from seqmix_plugin.archives import load_tagger
from seqmix_plugin.commands.export_hf import export_hf
from seqmix_plugin.metrics import EntityF1
from seqmix_plugin.sentence import TaggedSentence
from tests.active_learning.conftest import lines, small_config
from tests.commands.export_hf_test import tagger_with
from tests.conftest import QUICKSTART
from tests.encoders import FAMILIES, make_encoder

POLICIES = {
    "modernbert": {"type": "vote_entropy", "committee_size": 2},
    "llama": {"type": "bald", "num_samples": 2},
}


def configuration(family: str, encoder: str) -> Dict[str, Any]:
    """A small run of one round; two families are asked by disagreement."""
    options = FAMILIES[family].tokenizer_kwargs
    keys = ("dataset_reader.token_indexers.tokens", "model.text_field_embedder.token_embedders.tokens")
    changes = {
        **{f"{key}.tokenizer_kwargs": options for key in keys if options},
        "trainer.num_rounds": 1,
        "trainer.query_policy": POLICIES.get(family, {"type": "normalized_token_entropy"}),
        "trainer.trainer.num_epochs": 3,
        "validation_data_path": None,
    }
    return small_config(encoder, **changes)


@pytest.fixture(scope="module", params=FAMILIES)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run, whose encoder is no longer there."""
    folder = tmp_path_factory.mktemp(request.param)
    encoder = make_encoder(request.param, folder / "encoder")
    train_model(Params(configuration(request.param, encoder)), str(folder / "run"))
    shutil.rmtree(encoder)
    return folder / "run"


def test_a_run_queries_and_generates(run: Path, corpus: List[TaggedSentence]) -> None:
    _, last = lines(run / "rounds.jsonl")
    assert len(last["queried"]) == 6
    assert len(set(last["query_scores"])) > 1
    children = lines(run / "synthetic.jsonl")
    assert len(children) == 9
    words = {word for child in children for word in child["tokens"]}
    assert words <= {word for sentence in corpus for word in sentence.tokens}
    parents = {sentence.id: sentence.tokens for sentence in corpus}
    assert any(tuple(child["tokens"]) not in parents.values() for child in children)


def test_its_archive_tags_the_same_in_any_folder(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = shutil.copy(run / "model.tar.gz", tmp_path)
    monkeypatch.chdir(tmp_path)
    predictor = Predictor.from_path(archive)
    sentences = list(predictor._dataset_reader.read_sentences(str(QUICKSTART / "test.conll")))
    outputs = predictor.predict_batch_json([{"tokens": list(sentence.tokens)} for sentence in sentences])
    f1 = EntityF1()
    f1([output["tags"] for output in outputs], [sentence.tags for sentence in sentences])
    assert f1.get_metric()["f1"] == pytest.approx(lines(run / "rounds.jsonl")[-1]["scores"]["test"]["f1"])


def test_its_export_tags_the_same(run: Path, tmp_path: Path, corpus: List[TaggedSentence]) -> None:
    """In sentences where no word begins with a lone space, which the pipeline takes for a word of its own."""
    copy = shutil.copytree(run, tmp_path / "run")
    _, reader = load_tagger(str(run))
    assert reader.word_pieces is not None
    alone = set(reader.word_pieces.tokenizer.convert_tokens_to_ids(["Ġ", "▁"]))
    pieces = reader.word_pieces.pieces
    whole = [s for s in corpus if alone.isdisjoint(piece for word in pieces(s.tokens) for piece in word)]
    rows = ({"id": s.id, "tokens": s.tokens, "tags": s.tags} for s in whole[:30])
    (copy / "annotated.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    folder, agreement = export_hf(str(copy))
    assert agreement.differing == 0
    assert agreement.sentences == min(len(whole), 30) > 10
    tagger = pipeline("token-classification", str(folder), aggregation_strategy="first")
    assert any(tagger(sentence.raw_text) for sentence in whole), "the comparison is of more than O"


def test_every_weight_gets_a_gradient(run: Path, corpus: List[TaggedSentence]) -> None:
    """Distributed training does not allow weights without one."""
    model, reader = load_tagger(str(run))
    batch = Batch([reader.sentence_to_instance(sentence) for sentence in corpus[:4]])
    batch.index_instances(model.vocab)
    model.train()
    model(**batch.as_tensor_dict())["loss"].backward()
    assert [name for name, weight in model.named_parameters() if weight.grad is None] == []


def test_modernbert_does_not_compile_itself(tmp_path: Path) -> None:
    encoder = make_encoder("modernbert", tmp_path / "encoder")
    settings = {"transformer_kwargs": {"reference_compile": True}, "sub_token_mode": "first"}
    model = tagger_with({"type": "pretrained_transformer_mismatched", "model_name": encoder, **settings})
    assert model.encoder is not None
    assert model.encoder.config.reference_compile is False
