"""Soft labels from a file."""

import json
from pathlib import Path
from typing import Any, Dict, List

import numpy as np
import pytest
from allennlp.commands import main
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.data import ConllColumnsReader, SentenceView
from seqmix_plugin.self_training import FileLabels, Teacher
from seqmix_plugin.self_training.label_file import LabelFile
from seqmix_plugin.sentence import TaggedSentence
from tests.active_learning.conftest import Run, lines, run
from tests.conftest import QUICKSTART

__all__ = ["run"]

TAGS = ["B-LOC", "B-PER", "I-PER", "O"]
SENTENCES = [
    TaggedSentence("a", ("Anna", "Berg", "sings")),
    TaggedSentence("b", ("in", "Oslo")),
    TaggedSentence("c", ("in", "Oslo")),
    TaggedSentence("d", ("flights",)),
]
POOL = SentenceView(SENTENCES, np.arange(4), hide_labels=True)


def written(folder: Path, *rows: Dict[str, Any]) -> str:
    path = folder / "soft.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n\n" for row in rows), encoding="utf-8")
    return str(path)


def read(folder: Path, row: Dict[str, Any]) -> List[List[float]]:
    file = LabelFile(written(folder, {"id": "é" * 20, "tags": ["O"]}, row), TAGS)
    [place] = file.places(POOL).values()
    return file.read(place).round(4).tolist()


def test_distributions_spans_and_tags_by_hand(tmp_path: Path) -> None:
    """Spans: what is missing to their probability is O's."""
    soft = [{"B-PER": 0.7, "O": 0.3}, {"I-PER": 1}, {"O": 0.998}]  # the last sum is rounded and divided by itself
    expected = [[0, 0.7, 0, 0.3], [0, 0, 1, 0], [0, 0, 0, 1]]
    for keys in ({"tag_distributions": soft}, {"tag_probabilities": soft, "tags": ["O"] * 3, "spans": []}):
        np.testing.assert_allclose(read(tmp_path, {"id": "a", **keys}), expected, atol=1e-4)
    spans = [{"start": 0, "end": 2, "label": "PER", "probability": 0.9, "text": "Anna Berg"}]
    np.testing.assert_allclose(
        read(tmp_path, {"id": "a", "words": ["Anna", "Berg", "sings"], "spans": spans}),
        [[0, 0.9, 0, 0.1], [0, 0, 0.9, 0.1], [0, 0, 0, 1]],
        atol=1e-4,
    )
    assert read(tmp_path, {"id": "a", "spans": [{"start": 2, "end": 3, "label": "LOC"}]})[2] == [1, 0, 0, 0]
    assert read(tmp_path, {"id": "d", "tags": ["B-LOC"]}) == [[1, 0, 0, 0]]


def test_a_row_without_an_id_is_that_of_all_sentences_with_its_words(tmp_path: Path) -> None:
    file = LabelFile(written(tmp_path, {"tokens": ["in", "Oslo"], "tags": ["O", "B-LOC"]}), TAGS)
    assert sorted(file.places(POOL)) == [1, 2]


def test_rows_of_other_sentences_and_of_teachers_that_cut_words_are_left_out(tmp_path: Path) -> None:
    cut = {"id": "a", "num_cut_words": 2, "tag_probabilities": [{"O": 1}]}
    rows = written(tmp_path, {"id": "elsewhere", "tags": ["B-HERO"]}, cut, {"id": "d", "tags": ["O"]})
    assert list(LabelFile(rows, TAGS).places(POOL)) == [3]


def test_sentences_of_the_file_are_drawn_and_sharpened(tmp_path: Path, reader: ConllColumnsReader) -> None:
    rows = [
        {"id": "a", "tag_distributions": [{"B-PER": 0.6, "O": 0.4}] * 3},
        {"id": "c", "tag_distributions": [{"B-LOC": 0.8, "O": 0.2}] * 2},
        {"id": "d", "tag_distributions": [{"O": 0.5, "B-LOC": 0.5}]},
    ]
    labels = FileLabels(written(tmp_path, *rows), temperature=0.5, min_confidence=0.55)
    labels.check(POOL, TAGS)
    teacher = Teacher(lambda sentences: reader.encode(sentences), lambda sentences: pytest.fail("is asked"))  # type: ignore
    found = labels.label(POOL, teacher, np.random.default_rng(0))
    assert found.num_words.tolist() == [3, 2]
    np.testing.assert_allclose(found.targets[0], [0, 0.36 / 0.52, 0, 0.16 / 0.52], atol=1e-6)
    np.testing.assert_allclose(found.targets[4], [0.64 / 0.68, 0, 0, 0.04 / 0.68], atol=1e-6)
    left = SentenceView(SENTENCES, np.array([1, 2]), hide_labels=True)
    assert len(labels.label(left, teacher, np.random.default_rng(0))) == 1


@pytest.mark.parametrize("confidence", [0.55, 0.7, 0.9, 0.95])
def test_a_confidence_that_equals_the_smallest_is_enough(
    tmp_path: Path, reader: ConllColumnsReader, confidence: float
) -> None:
    rows = [{"id": "d", "tag_distributions": [{"O": confidence, "B-LOC": 1 - confidence}]}]
    labels = FileLabels(written(tmp_path, *rows), min_confidence=confidence)
    labels.check(POOL, TAGS)
    teacher = Teacher(lambda sentences: reader.encode(sentences), lambda sentences: pytest.fail("is asked"))  # type: ignore
    assert len(labels.label(POOL, teacher, np.random.default_rng(0))) == 1


def test_a_file_of_other_sentences_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no sentence of it is in the pool"):
        FileLabels(written(tmp_path, {"id": "x", "tags": ["O"]})).check(POOL, TAGS)


def test_what_predict_writes_is_the_teacher_of_a_run(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No teacher is trained: the steps are those of the student alone. The file may not change before a resume."""
    short = {
        "test_data_path": None,
        "trainer.augmenter": {"type": "none"},
        "data_loader.batch_size": 4,
        "trainer.num_rounds": 0,
    }
    archive = run("teacher", **short) / "model.tar.gz"
    path = tmp_path / "soft.jsonl"
    arguments = ["predict", str(archive), str(QUICKSTART / "train.conll"), "--output-file", str(path), "--silent"]
    monkeypatch.setattr(
        "sys.argv", ["allennlp", *arguments, "--use-dataset-reader", "--include-package", "seqmix_plugin"]
    )
    main(prog="allennlp")
    block = {"type": "file_labels", "labels_path": str(path), "sentences": 5}
    folder = run("run", **short, **{"trainer.self_training": block})
    [record] = lines(folder / "rounds.jsonl")
    assert (record["pseudo_labelled"], record["steps"]) == (5, 12)
    assert record["annotated"]["sentences"] == len(lines(folder / "annotated.jsonl")) == 12
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="trainer.self_training.labels_path: .* has changed since the run in"):
        run("run", recover=True, **short, **{"trainer.self_training": block})
