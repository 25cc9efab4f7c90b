"""Whole runs on text and labels that nobody would choose: whatever they hold, labels stay with their words."""

import json
from pathlib import Path
from typing import Any, Dict, List

import pytest
from allennlp.commands.evaluate import evaluate_from_archive
from allennlp.data.token_indexers import SingleIdTokenIndexer
from allennlp.models.archival import load_archive
from allennlp.predictors import Predictor

from seqmix_plugin.data import ConllColumnsReader
from seqmix_plugin.sentence import TaggedSentence
from tests.active_learning.conftest import Run, lines
from tests.strange_text import HUGE, WORDS, strange_text

VOCABULARY: Dict[str, Any] = {"trainer.query_policy": {"type": "mnlp"}}
CONTEXTUAL: Dict[str, Any] = {
    "model.head": {"type": "crf"},
    "trainer.augmenter.embedding_table": {"type": "contextual"},
    "trainer.augmenter.discriminator": {
        "type": "perplexity",
        "language_model": {"type": "in_domain", "settings": {"max_epochs": 1, "vocab_size": 300}},
        "quantile": [0, 0.5],
    },
}
COMMITTEE: Dict[str, Any] = {
    "trainer.query_policy": {"type": "vote_entropy", "committee_size": 2},
    "trainer.augmenter.discriminator": {"type": "tagger_agreement", "min_agreement": 0},
}


def trained(run: Run, folder: Path, text: str, **overrides: Any) -> Path:
    for name in ("train", "dev"):
        (folder / f"{name}.conll").write_text(text, encoding="utf-8")
    paths = {"train_data_path": str(folder / "train.conll"), "validation_data_path": str(folder / "dev.conll")}
    return run(
        "run", **{**paths, "test_data_path": None, "trainer.pool.size": None, "trainer.num_rounds": 1, **overrides}
    )


def read(folder: Path) -> Dict[str, TaggedSentence]:
    reader = ConllColumnsReader({"tokens": SingleIdTokenIndexer()})
    return {sentence.id: sentence for sentence in reader.read_sentences(str(folder / "train.conll"))}


def predictions(run_folder: Path, sentences: List[List[str]]) -> List[Dict[str, Any]]:
    """As JSON, one by one and in a batch."""
    predictor = Predictor.from_archive(load_archive(run_folder))
    records = [{"tokens": tokens} for tokens in sentences]
    one_by_one = [json.loads(json.dumps(predictor.predict_json(record))) for record in records]
    for single, batched in zip(one_by_one, predictor.predict_batch_json(records), strict=True):
        assert single["tags"] == batched["tags"]
    return one_by_one


@pytest.mark.parametrize(
    ("words", "overrides"),
    [(WORDS, VOCABULARY), (WORDS, CONTEXTUAL), (HUGE, VOCABULARY), (HUGE, COMMITTEE)],
    ids=["words-vocabulary", "words-contextual", "huge-vocabulary", "huge-committee"],
)
def test_labels_stay_with_their_words(run: Run, tmp_path: Path, words: List[str], overrides: Dict[str, Any]) -> None:
    folder = trained(run, tmp_path, strange_text(30, words), **overrides)
    corpus = read(tmp_path)
    for record in lines(folder / "annotated.jsonl"):
        sentence = corpus[record["id"]]
        assert (record["tokens"], record["tags"]) == (list(sentence.tokens), list(sentence.tags or ()))
    children = lines(folder / "synthetic.jsonl")
    assert children
    for child in children:
        (name, start, end), frame = child["parents"][0].values(), corpus[child["parents"][0]["sentence_id"]]
        outside = [position for position in range(len(frame)) if not start <= position < end]
        assert (name, len(child["tokens"])) == (frame.id, len(frame)) == (name, len(child["tag_distributions"]))
        for position in outside:
            assert child["tokens"][position] == frame.tokens[position]
            assert child["tag_distributions"][position] == {frame.tags[position]: 1}  # type: ignore[index]
    assert evaluate_from_archive(folder / "model.tar.gz", str(tmp_path / "dev.conll"))["f1"] == pytest.approx(
        lines(folder / "rounds.jsonl")[-1]["scores"]["dev"]["f1"]
    )
    sentences = [[word] for word in words] + [words, ["Anna", *words, "sings"]]
    for tokens, output in zip(sentences, predictions(folder, sentences), strict=True):
        assert output["words"] == tokens
        assert len(output["tags"]) == len(tokens)


@pytest.mark.parametrize("head", ["softmax", "crf"])
def test_without_the_tag_o_everything_is_an_entity(run: Run, tmp_path: Path, head: str) -> None:
    blocks = ["Anna\tB-PER\nBerg\tI-PER\nOslo\tB-LOC", "Oslo\tB-LOC\nParis\tI-LOC\nflights\tI-LOC\nBerg\tB-PER"]
    text = "\n\n".join(blocks * 15) + "\n"
    folder = trained(run, tmp_path, text, **{"model.head": {"type": head}, "trainer.trainer.num_epochs": 12})
    assert (folder / "vocabulary" / "labels.txt").read_text().split() == ["B-LOC", "B-PER", "I-LOC", "I-PER"]
    assert lines(folder / "rounds.jsonl")[-1]["scores"]["dev"]["f1"] > 0.9
    assert lines(folder / "synthetic.jsonl")
    (output,) = predictions(folder, [["Anna", "Berg", "x"]])
    assert output["tags"][:2] == ["B-PER", "I-PER"]
    assert output["tags"][2] != "O"


def test_one_label_leaves_nothing_to_ask(run: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = trained(run, tmp_path, "Anna\tB-PER\nBerg\tB-PER\nOslo\tB-PER\n\n" * 30, **{"trainer.num_rounds": 2})
    assert lines(folder / "rounds.jsonl")[-1]["scores"]["dev"]["f1"] == 1
    said = capfd.readouterr().err
    assert said.count("sentences have the query score 0: the query is random") == 1
