from pathlib import Path
from typing import List

import pytest
from allennlp.common.checks import ConfigurationError
from allennlp.data import Vocabulary

from seqmix_plugin.formats import (
    AnnotationFormat,
    DoccanoFormat,
    JsonlFormat,
    Question,
    Span,
    check_labels,
    entity_types,
    labels_of_run,
)
from seqmix_plugin.sentence import TaggedSentence
from tests.formats.conftest import ANNA
from tests.formats.tools import ACCEPTED


def test_types_of_tags() -> None:
    assert entity_types(["O", "I-PER", "B-PER", "B-a-b", "@@UNKNOWN@@", "B-", "PER"]) == ["PER", "a-b"]


def test_types_of_a_run(tmp_path: Path) -> None:
    vocabulary = Vocabulary.empty()
    vocabulary.add_tokens_to_namespace(["O", "B-PER", "I-PER", "B-LOC"], "labels")
    vocabulary.save_to_files(str(tmp_path / "vocabulary"))
    assert labels_of_run(str(tmp_path)) == ["LOC", "PER"]
    (tmp_path / "vocabulary" / "labels.txt").write_text("O\n")
    with pytest.raises(ConfigurationError, match="labels.txt: no BIO tag in it, and so no entity types"):
        labels_of_run(str(tmp_path))
    with pytest.raises(
        ConfigurationError, match="nowhere/vocabulary/labels.txt: cannot be read; expected a run's folder"
    ):
        labels_of_run("nowhere")


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([], "labels is empty; expected entity types such as PER, LOC"),
        (["PER", " "], "labels has ' '; expected entity types"),
        (["P\nER"], r"labels has 'P\\nER'; expected entity types"),
        (["PER", "LOC "], "labels has 'LOC '; expected entity types"),
        (["PER", "\u200bLOC"], r"labels has '\\u200bLOC'; expected entity types"),
        (["P\u00adER"], r"labels has 'P\\xadER'; expected entity types"),
        (["New\u00a0York"], r"labels has 'New\\xa0York'; expected entity types"),
        (["\ud83d"], r"labels has '\\ud83d'; expected entity types"),
        (["O", "PER"], "labels has 'O', a tag; expected entity types such as PER, LOC, without B-"),
        (["B-PER", "I-PER"], "labels has 'B-PER', a tag; expected entity types"),
        (["PER", "LOC", "PER"], "labels has 'PER' twice; expected entity types, each once"),
    ],
)
def test_mistakes(labels: List[str], message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=message):
        check_labels(labels)
    with pytest.raises(ConfigurationError, match=message):
        JsonlFormat().write([ANNA], labels, tmp_path / "a")
    with pytest.raises(ConfigurationError, match=message):
        JsonlFormat().read(tmp_path / "a", [ANNA], labels)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", AnnotationFormat.list_available())
def test_an_export_needs_questions_and_their_labels(name: str, tmp_path: Path) -> None:
    annotation_format = AnnotationFormat.by_name(name)()
    with pytest.raises(ConfigurationError, match="a: there is no question to export"):
        annotation_format.write([], ["PER"], tmp_path / "a")
    strange = Question(ANNA.sentence, None, (Span(0, 2, "HERO"),))
    with pytest.raises(ConfigurationError, match="sentence '7' is predicted to have HERO; the labels are PER, LOC"):
        annotation_format.write([strange], ["PER", "LOC"], tmp_path / "a")
    with pytest.raises(ConfigurationError, match="nowhere/a: cannot be written"):
        annotation_format.write([ANNA], ["PER", "LOC"], tmp_path / "nowhere" / "a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", AnnotationFormat.list_available())
@pytest.mark.parametrize("label", ["New York", "a-b", "_", "#x", "B-X", "I-95", "é<&>\"'", "@@UNKNOWN@@", "X" * 100])
def test_odd_types_come_back_from_every_tool(name: str, label: str, tmp_path: Path) -> None:
    """Exported as a prediction, accepted as it is, and read again."""
    annotation_format = AnnotationFormat.by_name(name)()
    question = Question(ANNA.sentence, 0.5, (Span(0, 2, label, 0.9),), 1)
    path, *_ = annotation_format.write([question], ["PER", label], tmp_path / "a")
    ACCEPTED[name][0](path)
    answers = annotation_format.read(path, [question], ["PER", label])
    assert answers.problems == []
    assert [answer.tags for answer in answers.answers] == [question.predicted_tags()]


def test_what_doccano_has_no_room_for(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match="labels has 'X{57,}… of 101 characters; expected 100 at most, .*'doccano'"
    ):
        DoccanoFormat().write([ANNA], ["PER", "LOC", "X" * 101], tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["doccano", "label_studio"])
def test_a_null_character_is_no_text_for_a_data_base(name: str, tmp_path: Path) -> None:
    strange = Question(TaggedSentence("x", ("a", "b\0c")))
    with pytest.raises(ConfigurationError, match=rf"sentence 'x': 'b\\x00c' does not fit in a file of '{name}'"):
        AnnotationFormat.by_name(name)().write([ANNA, strange], ["PER", "LOC"], tmp_path / "a")
