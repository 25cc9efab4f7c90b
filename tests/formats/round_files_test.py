import json
from pathlib import Path

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.formats import DoccanoFormat, LabelStudioFormat, ReadSettings, RoundFiles, write_questions
from tests.formats.conftest import LABELS, QUESTIONS, tags

TAGS = ["B-PER", "I-PER", "O", "O", "B-LOC", "O"]


@pytest.fixture
def files(tmp_path: Path) -> RoundFiles:
    files = RoundFiles.of(tmp_path, 2)
    files.answers.mkdir(parents=True)
    return files


def test_answers_of_all_files_are_one(files: RoundFiles) -> None:
    first = [{"id": "7", "tags": TAGS, "annotator": "anna"}]
    files.own("terminal").write_text("".join(json.dumps(row) + "\n" for row in first), encoding="utf-8")
    text = QUESTIONS[1].sentence.raw_text
    (files.answers / "export.jsonl").write_text(
        json.dumps({"id": 4, "text": text, "sentence_id": "8", "label": []}) + "\n", encoding="utf-8"
    )
    for name in (".hidden.jsonl", "half.jsonl.part", "half.jsonl.tmp"):
        (files.answers / name).write_text("{", encoding="utf-8")
    (files.answers / "old").mkdir()
    answers = files.read(DoccanoFormat(), QUESTIONS, LABELS)
    assert tags(answers) == {"7": " ".join(TAGS), "8": "O O O O O O O"}
    assert (answers.unanswered, answers.problems) == (["9"], [])


def test_annotators_of_different_files_are_resolved_by_the_rule(files: RoundFiles) -> None:
    for number, tag in enumerate(("O", "B-PER", "B-PER")):
        row = {"id": "9", "tags": [tag, "O", "O", "O"], "annotator": str(number)}
        files.own(str(number)).write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert tags(files.read(LabelStudioFormat(), QUESTIONS, LABELS)) == {"9": "O O O O"}
    majority = files.read(LabelStudioFormat(), QUESTIONS, LABELS, ReadSettings(annotators="majority"))
    assert tags(majority) == {"9": "B-PER O O O"}


def test_a_mistake_names_its_file(files: RoundFiles) -> None:
    files.own("a").write_text(json.dumps({"id": "7", "tags": TAGS}) + "\n", encoding="utf-8")
    files.own("b").write_text(json.dumps({"id": "8", "tags": ["O"]}) + "\n", encoding="utf-8")
    [problem] = files.read(LabelStudioFormat(), QUESTIONS, LABELS).problems
    assert problem.startswith(f"{files.own('b')}, line 1, id '8': 1 tags for 7 words")
    (files.answers / "c.json").write_text("[", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"c.json: not JSON"):
        files.read(LabelStudioFormat(), QUESTIONS, LABELS)


def test_without_files_nothing_is_answered(tmp_path: Path) -> None:
    answers = RoundFiles.of(tmp_path, 0).read(LabelStudioFormat(), QUESTIONS, LABELS)
    assert (answers.answers, answers.unanswered, answers.problems) == ([], ["7", "8", "9"], [])


def test_the_newest_round_is_that_with_the_highest_number(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="queries: no questions of a round; expected a run that waits"):
        RoundFiles.newest(tmp_path)
    for name in ("round_2", "round_10", "round_x", "other"):
        (tmp_path / "queries" / name).mkdir(parents=True)
        write_questions(tmp_path / "queries" / name / "questions.jsonl", QUESTIONS)
    (tmp_path / "queries" / "round_11").mkdir()
    assert RoundFiles.newest(tmp_path) == RoundFiles.of(tmp_path, 10)


def test_a_file_of_questions_knows_its_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = RoundFiles.of(tmp_path, 3)
    assert RoundFiles.around(files.questions) == files
    assert files.run == tmp_path
    files.folder.mkdir(parents=True)
    monkeypatch.chdir(files.folder)
    assert RoundFiles.around(Path("../round_3/questions.jsonl")) == files
    for other in (
        "queries.jsonl",
        "../questions.jsonl",
        "../round_03/questions.jsonl",
        "../../round_3/questions.jsonl",
    ):
        assert RoundFiles.around(Path(other)) is None
