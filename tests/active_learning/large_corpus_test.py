"""A corpus that lies in a table is worked with as one in a list."""

from typing import Any, Dict

import pytest

from seqmix_plugin.active_learning.file_labels import labels_of
from seqmix_plugin.data import ArrowSentences, arrow_sentences, sentence_reader
from seqmix_plugin.run.layout import CORPUS
from seqmix_plugin.sentence import TaggedSentence
from tests.active_learning.conftest import Run, lines
from tests.active_learning.trainer_test import without_seconds

# Reads the text inside and outside the slice.
IN_DOMAIN = {
    "type": "perplexity",
    "language_model": {"type": "in_domain", "settings": {"max_epochs": 1}},
    "quantile": [0, 0.5],
}


@pytest.mark.parametrize(
    "overrides",
    [
        {"trainer.augmenter.discriminator": IN_DOMAIN},
        {"trainer.pool.size": None, "trainer.augmenter.embedding_table": {"type": "contextual"}},
    ],
    ids=["a slice", "all"],
)
def test_a_run_on_a_table_is_the_run_on_a_list(
    run: Run, monkeypatch: pytest.MonkeyPatch, overrides: Dict[str, Any]
) -> None:
    in_memory = run("list", **overrides)
    monkeypatch.setattr(sentence_reader, "LARGEST_LIST", 50)
    monkeypatch.setattr(arrow_sentences, "BATCH_ROWS", 64)
    on_disk = run("table", **overrides)
    assert not (in_memory / CORPUS).exists()
    assert len(ArrowSentences(on_disk / CORPUS)) == 600
    assert without_seconds(in_memory / "rounds.jsonl") == without_seconds(on_disk / "rounds.jsonl")
    assert len(lines(on_disk / "synthetic.jsonl")) > 0
    for name in ("annotated.jsonl", "synthetic.jsonl"):
        assert (in_memory / name).read_bytes() == (on_disk / name).read_bytes()


def test_labels_are_those_of_tags_and_of_soft_labels() -> None:
    sentences = [
        TaggedSentence("0", ("a", "b"), ("B-X", "O")),
        TaggedSentence("1", ("a", "b"), ("O", "O"), ({"B-Y": 0.5, "O": 0.5}, {"O": 1.0})),
        TaggedSentence("2", ("a",)),
    ]
    labels = labels_of(sentences)
    assert labels[:2] == ({"B-X", "O"}, {"B-Y", "O"})
    assert labels.types == {"X"}
