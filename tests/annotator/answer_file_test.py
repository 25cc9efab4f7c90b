import re
from pathlib import Path
from typing import Any, Dict, List

import pytest
from allennlp.common.checks import ConfigurationError
from hypothesis import HealthCheck, given, settings

from seqmix_plugin.annotator import AnnotationSession, AnswerFile, Labelling
from seqmix_plugin.annotator.answer_file import ANSWERED, REJECTED, SKIPPED
from seqmix_plugin.formats import DoccanoFormat, JsonlFormat, Question, Span, entity_types
from seqmix_plugin.formats.round_answers import read_answers
from seqmix_plugin.run.layout import RoundFiles
from seqmix_plugin.tag_schemes import spans_to_tags
from tests.annotator.session_test import THREE, clocked
from tests.annotator.strategies import WITH_UNDO, Command, do
from tests.formats.conftest import ANNA, CAT, LABELS, questions, rows_of, write_rows


def file(folder: Path, asked: List[Question] = THREE, annotator: str = "anna") -> AnswerFile:
    return AnswerFile(folder / "a.answers.jsonl", asked, LABELS, annotator)


def session_of_three() -> AnnotationSession:
    session = clocked(THREE)
    session.finish(ANSWERED)
    session.label("ORG")
    session.finish(SKIPPED)
    session.finish(REJECTED)
    return session


def test_the_rows(tmp_path: Path) -> None:
    kept = file(tmp_path)
    kept.save(session_of_three().by_id())
    who = {"annotator": "anna"}
    assert rows_of(kept.path) == [
        {
            "id": "7",
            "tokens": list(ANNA.sentence.tokens),
            "tags": ["B-PER", "I-PER", "O", "O", "B-LOC", "O"],
            **who,
            "time": "000000",
        },
        {
            "id": "8",
            "tokens": list(CAT.sentence.tokens),
            "skipped": True,
            "draft": ["B-ORG", *["O"] * (len(CAT.sentence) - 1)],
            **who,
            "time": "000001",
        },
        {"id": "9", "tokens": list(THREE[2].sentence.tokens), "rejected": True, **who, "time": "000002"},
    ]


def test_a_run_reads_it_whatever_its_own_tool(tmp_path: Path) -> None:
    kept = RoundFiles.of(tmp_path, 0)
    kept.answers.mkdir(parents=True)
    AnswerFile(kept.own("anna"), THREE, LABELS, "anna").save(session_of_three().by_id())
    answers = read_answers(kept, DoccanoFormat(), THREE, LABELS)
    assert [(answer.sentence_id, answer.tags, answer.annotator) for answer in answers.answers] == [
        ("7", ("B-PER", "I-PER", "O", "O", "B-LOC", "O"), "anna")
    ]
    assert [answer.sentence_id for answer in answers.rejected] == ["9"]
    assert (answers.unanswered, answers.problems, answers.warnings) == (["8", "9"], [], [])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(questions(), WITH_UNDO)
def test_whatever_has_been_done_is_read_back_identically(
    tmp_path: Path, asked: List[Question], commands: List[Command]
) -> None:
    session = clocked(asked)
    for command in commands:
        do(session, command)
    kept = file(tmp_path, asked)
    kept.save(session.by_id())
    said = session.by_id()
    begun = {name: one for name, one in said.items() if one != Labelling(_question(asked, name).predicted)}
    loaded = kept.load()
    assert {name: (one.spans, one.status) for name, one in loaded.items()} == {
        name: (one.spans, one.status) for name, one in begun.items()
    }
    assert kept.path.exists() == bool(begun)
    if begun:
        answers = JsonlFormat().read(kept.path, asked, LABELS)
        expected = {name: one for name, one in said.items() if one.status == ANSWERED}
        assert {one.sentence_id: one.tags for one in answers.answers} == {
            name: tuple(spans_to_tags(one.spans, len(_question(asked, name).sentence)))
            for name, one in expected.items()
        }
        assert {one.sentence_id for one in answers.rejected} == {n for n, one in said.items() if one.status == REJECTED}
        assert not answers.problems


def _question(asked: List[Question], name: str) -> Question:
    return next(question for question in asked if question.sentence.id == name)


def test_rows_of_an_import_are_gone_on_with(tmp_path: Path) -> None:
    """`import-annotations` writes id, tokens and tags alone."""
    kept = AnswerFile(tmp_path / "a.jsonl", THREE, LABELS)
    write_rows(kept.path, [{"id": "7", "tokens": list(ANNA.sentence.tokens), "tags": ["B-PER", "I-PER", *["O"] * 4]}])
    assert kept.load() == {"7": Labelling((Span(0, 2, "PER", 0.9),), ANSWERED)}


ROW: Dict[str, Any] = {"id": "7", "tags": ["O"] * 6, "annotator": "anna"}
DRAFT = {"id": "7", "annotator": "anna"}


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([{**ROW, "id": "1"}], "line 1: id is '1'; expected the id of a question"),
        ([{**ROW, "id": 7}], "line 1: id is 7; expected a valid string"),
        ([ROW, ROW], "line 2: id is '7'; expected the id of a question, and no id twice"),
        ([{**ROW, "comment": 1}], "line 1: comment is 1; Extra inputs are not permitted"),
        ([{**ROW, "annotator": "bert"}], "line 1: annotator is 'bert'; expected 'anna'"),
        ([{**ROW, "time": 3}], "line 1: time is 3; expected a valid string"),
        ([{**ROW, "skipped": True}], "more than one of tags, rejected and skipped"),
        ([{**DRAFT, "draft": 3}], "draft is 3; expected a valid list"),
        ([{**DRAFT, "draft": ["B-X", *["O"] * 5]}], "unknown label 'X'; expected PER, LOC, ORG"),
        ([{**DRAFT, "draft": ["O"] * 7}], "7 tags for 6 words"),
        ([{**ROW, "tags": ["O"]}], "1 tags for 6 words"),
        ([{**ROW, "tags": ["B-X", *["O"] * 5]}], "unknown label 'X'"),
        ([{**ROW, "tags": ["PER", *["O"] * 5]}], "line 1: "),
        ([{**ROW, "tokens": ["Anna"]}], "tokens are not those of the question"),
    ],
)
def test_any_other_file_is_refused(tmp_path: Path, rows: List[Any], reason: str) -> None:
    kept = file(tmp_path)
    before = write_rows(kept.path, rows).read_bytes()
    with pytest.raises(ConfigurationError, match=f"a.answers.jsonl, .*{re.escape(reason)}.*; expected a file that"):
        kept.load()
    assert kept.path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "reason"), [("", "the file is empty"), ("{", "not JSON"), ("[]", "is no object; expected one a line")]
)
def test_what_is_no_jsonl_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    kept = file(tmp_path)
    kept.path.write_text(content)
    with pytest.raises(ConfigurationError, match=reason):
        kept.load()


def test_without_answers_there_is_no_file(tmp_path: Path) -> None:
    kept, session = file(tmp_path), clocked(THREE)
    assert kept.load() == {}
    kept.save(session.by_id())
    assert not kept.path.exists()
    session.finish(ANSWERED)
    kept.save(session.by_id())
    session.undo()
    kept.save(session.by_id())
    assert list(tmp_path.iterdir()) == []


def test_types_of_the_file_are_those_of_the_answers(tmp_path: Path) -> None:
    kept = file(tmp_path)
    kept.save(session_of_three().by_id())
    assert entity_types(tag for row in rows_of(kept.path) for tag in row.get("tags", ())) == ["LOC", "PER"]
