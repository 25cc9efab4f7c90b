import json
import logging
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, List, Optional

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.data import ArrowSentences
from seqmix_plugin.formats import ColumnsFormat, JsonlFormat, Question, Span, read_questions
from seqmix_plugin.formats.doccano import DoccanoFormat
from seqmix_plugin.formats.label_studio import LabelStudioFormat
from seqmix_plugin.oracles import FilesOracle, Request, Waiting
from seqmix_plugin.run.layout import RoundFiles
from seqmix_plugin.sentence import TaggedSentence

TYPES = ["LOC", "PER"]
WORDS = ("Anna", "sings", "in", "Oslo")
QUESTIONS = [
    Question(TaggedSentence(str(n), WORDS), 0.5, (Span(0, 1, "PER", 0.9), Span(3, 4, "LOC", 0.4)), 1) for n in range(6)
]
RIGHT = ["B-PER", "O", "O", "B-LOC"]


def request(folder: Path, **known: TaggedSentence) -> Request:
    return Request(QUESTIONS, TYPES, 1, 1, folder, known)


def answer(folder: Path, size: int, name: str = "a", tags: Optional[List[str]] = None, **keys: Any) -> None:
    rows = [{"id": str(n), "tags": tags or RIGHT, **keys} for n in range(size)]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    RoundFiles.of(folder, 1).own(name).write_text(text, encoding="utf-8")


def annotate(oracle: FilesOracle, request: Request) -> Any:
    """As the loop calls it."""
    return oracle.annotate(oracle.recall(request))


def waits(oracle: FilesOracle, folder: Path) -> int:
    waiting = annotate(oracle, request(folder))
    assert isinstance(waiting, Waiting)
    return waiting.num_open


def test_it_asks_and_waits_until_all_have_answered(tmp_path: Path) -> None:
    oracle = FilesOracle(LabelStudioFormat())
    assert not oracle.recall(request(tmp_path)).is_asked
    assert waits(oracle, tmp_path) == 6
    assert oracle.recall(request(tmp_path)) == replace(request(tmp_path), is_asked=True)
    files = RoundFiles.of(tmp_path, 1)
    assert read_questions(files.questions) == QUESTIONS
    tasks = json.loads((files.folder / "label_studio.json").read_text(encoding="utf-8"))
    assert {prediction["model_version"] for task in tasks for prediction in task["predictions"]} == {"round 0"}
    answer(tmp_path, 4)
    assert waits(oracle, tmp_path) == 2
    assert len(annotate(FilesOracle(LabelStudioFormat(), unanswered="pool"), request(tmp_path)).sentences) == 4
    answer(tmp_path, 6)
    assert [sentence.tags for sentence in annotate(oracle, request(tmp_path)).sentences] == [tuple(RIGHT)] * 6


def test_unsure_spans_are_not_suggested(tmp_path: Path) -> None:
    waits(FilesOracle(min_probability=0.5), tmp_path)
    asked = read_questions(RoundFiles.of(tmp_path, 1).questions)
    assert {question.predicted for question in asked} == {(Span(0, 1, "PER", 0.9),)}


def test_suggestions_that_nobody_looked_at_are_warned_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    waits(FilesOracle(), tmp_path)
    answer(tmp_path, 6)
    annotate(FilesOracle(), request(tmp_path))
    assert caplog.messages == ["all 6 answers are the model's suggestions unchanged; were they looked at?"]
    caplog.clear()
    answer(tmp_path, 1, "b", ["O"] * 4)  # a later file
    annotate(FilesOracle(), request(tmp_path))
    [line] = caplog.messages
    assert "b.answers.jsonl, line 1, id '0': counts by the order of files" in line


def test_annotators_who_disagree_leave_a_sentence_open(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    oracle = FilesOracle(annotators="majority")
    waits(oracle, tmp_path)
    answer(tmp_path, 6, "anna", ["O"] * 4, annotator="anna")
    answer(tmp_path, 1, "bert", annotator="bert")
    assert waits(oracle, tmp_path) == 1
    assert "no majority among 2 annotators" in caplog.text
    assert len(annotate(FilesOracle(annotators="majority", unanswered="pool"), request(tmp_path)).sentences) == 5
    answer(tmp_path, 1, "carl", annotator="carl")
    assert annotate(oracle, request(tmp_path)).sentences[0].tags == tuple(RIGHT)


def test_labels_that_an_interrupted_round_has_left_need_no_answer_and_give_way_to_one(tmp_path: Path) -> None:
    oracle, known = FilesOracle(), {"5": QUESTIONS[5].sentence.with_tags(("O",) * 4)}
    waits(oracle, tmp_path)
    answer(tmp_path, 5)
    given = annotate(oracle, request(tmp_path, **known)).sentences
    assert [sentence.tags for sentence in given] == [tuple(RIGHT)] * 5 + [("O",) * 4]
    RoundFiles.of(tmp_path, 1).own("b").write_text(json.dumps({"id": "5", "rejected": True}) + "\n", encoding="utf-8")
    assert annotate(oracle, request(tmp_path, **known)).sentences[5].tags is None


def test_what_doccano_imports_is_no_answer(tmp_path: Path) -> None:
    oracle = FilesOracle(DoccanoFormat())
    waits(oracle, tmp_path)
    files = RoundFiles.of(tmp_path, 1)
    (files.answers / "export.jsonl").write_bytes((files.folder / "doccano.jsonl").read_bytes())
    with pytest.raises(ConfigurationError, match="no 'id'; expected what doccano exports, not the file"):
        annotate(oracle, request(tmp_path))


TAGS = ["O", *(f"{prefix}-{name}" for name in TYPES for prefix in "BI")]
ODD = [
    TaggedSentence("fine", ("Anna", "10\u00a0000", "#", "-DOCSTART-")),
    TaggedSentence("tab", ("Anna", "a\tb")),
    TaggedSentence("space", ("Anna", "\u00a0", "Oslo")),
    TaggedSentence("line\u2028end", ("Anna",)),
    TaggedSentence("null", ("Anna", "\0")),
]


@pytest.mark.parametrize(
    ("types", "message"),
    [
        ([], "labels is empty; expected entity types"),
        (["O"], "labels has 'O', a tag; expected entity types"),
        (["PER", "L" * 101], "labels has 'L.*… of 101 characters; expected 100 at most"),
    ],
)
def test_types_that_cannot_be_asked_for_are_an_error_before_any_work(types: List[str], message: str) -> None:
    tags = ["O", *(f"{prefix}-{name}" for name in types for prefix in "BI")]
    with pytest.raises(ConfigurationError, match=message):
        FilesOracle(DoccanoFormat()).check(ODD, tags)


@pytest.mark.parametrize("missing", ["O", "I-PER", "B-LOC"])
def test_a_tag_that_people_may_give_and_the_run_does_not_know_is_an_error(missing: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        FilesOracle().check(ODD, [tag for tag in TAGS if tag != missing])
    assert str(error.value.message) == (
        f"labels is missing; expected the entity types, such as ['LOC', 'PER']: an answer may have the tag {missing}, "
        f"which no file has"
    )


@pytest.mark.parametrize(
    ("tool", "number", "first"),
    [
        (ColumnsFormat(), 3, r"'tab' with 'a\tb'"),
        (LabelStudioFormat(), 1, r"'null' with '\x00'"),
        (DoccanoFormat(), 1, r"'null' with '\x00'"),
        (JsonlFormat(), 0, ""),
    ],
)
@pytest.mark.parametrize("on_disk", [False, True])
def test_sentences_that_the_tool_would_not_take_are_counted_before_any_work(
    tool: Any, number: int, first: str, on_disk: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pool: Any = ArrowSentences.write(tmp_path / "corpus.arrow", ODD) if on_disk else ODD
    FilesOracle(tool).check(pool, TAGS)
    assert caplog.messages == [
        f"{number} of the pool's 5 sentences do not fit in a file of {tool.name!r}, such as {first}; they are asked "
        f"for in questions.jsonl alone (seqmix annotate)"
    ] * bool(number)


def test_they_are_asked_for_in_our_own_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    oracle, asked = FilesOracle(ColumnsFormat()), [Question(sentence, 0.5, (), 1) for sentence in ODD]
    request = Request(asked, TYPES, 1, 1, tmp_path)
    waiting = annotate(oracle, request)
    assert isinstance(waiting, Waiting)
    assert re.search("waits for labels of 5 of 5 sentences: label .*columns.conll", waiting.message)
    files = RoundFiles.of(tmp_path, 1)
    assert read_questions(files.questions) == asked
    text = (files.folder / "columns.conll").read_text(encoding="utf-8")
    assert [line for line in text.split("\n") if line.startswith("# id")] == ["# id = fine", "# id = null"]
    assert caplog.messages[0].startswith("3 of round 1's 5 sentences do not fit in a file of 'columns', such as 'tab' ")
    (files.answers / "columns.conll").write_bytes((files.folder / "columns.conll").read_bytes())
    waiting = annotate(oracle, request)
    assert isinstance(waiting, Waiting)
    assert re.search("waits for labels of 3 of 5 sentences", waiting.message)
    rows = [{"id": sentence.id, "tags": ["O"] * len(sentence)} for sentence in ODD[1:4]]
    files.own("terminal").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert [sentence.id for sentence in annotate(oracle, request).sentences] == [sentence.id for sentence in ODD]


def test_where_the_tool_would_take_none_our_own_file_is_named(tmp_path: Path) -> None:
    request = Request([Question(ODD[1], 0.5, (), 1)], TYPES, 1, 1, tmp_path)
    waiting = annotate(FilesOracle(ColumnsFormat()), request)
    assert isinstance(waiting, Waiting)
    assert re.search("label .*questions.jsonl and put", waiting.message)
    assert not (RoundFiles.of(tmp_path, 1).folder / "columns.conll").exists()
