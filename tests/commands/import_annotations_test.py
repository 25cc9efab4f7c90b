import json
import os
from pathlib import Path
from typing import Any, Dict

import pytest

from tests.commands.conftest import Command
from tests.commands.export_queries_test import error, queries  # noqa: F401  a fixture
from tests.formats.conftest import rows_of, write_rows

TEXT = "Anna Berg sings in Oslo ."
GOOD = {"text": TEXT, "sentence_id": "7", "label": [[0, 9, "PER"]]}
CUT = {**GOOD, "label": [[0, 8, "PER"]]}
ANSWER = {
    "id": "7",
    "tokens": ["Anna", "Berg", "sings", "in", "Oslo", "."],
    "tags": ["B-PER", "I-PER", "O", "O", "O", "O"],
}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "doccano.jsonl", [GOOD])


@pytest.fixture
def arguments(export: Path, queries: Path, tmp_path: Path) -> Dict[str, Any]:  # noqa: F811
    output = tmp_path / "answers.jsonl"
    usual = ("import-annotations", export, "--format", "doccano", "--queries", queries)
    return {"usual": usual, "all": (*usual, "--output", output), "output": output, "export": export}


def test_answers_are_written_and_counted(
    command: Command, arguments: Dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(*arguments["all"], "--labels", "PER", "LOC") == 0
    assert rows_of(arguments["output"]) == [ANSWER]
    printed = capsys.readouterr().out
    for name, number in (("answered", 1), ("unanswered", 2), ("problems", 0), ("entities of type PER", 1)):
        assert any(line.split() == [*name.split(), str(number)] for line in printed.splitlines()), name
    assert f"wrote 1 answers to {arguments['output']}" in printed
    assert command(*arguments["all"]) == 1
    assert "answers.jsonl exists; choose another --output, or --force" in error(capsys)
    assert command(*arguments["all"], "--force") == 0


def test_a_dry_run_reports_and_writes_nothing(
    command: Command, arguments: Dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(*arguments["all"], "--dry-run") == 0
    write_rows(
        arguments["export"], [CUT, {**GOOD, "text": "🐱 Warning: This is a test", "sentence_id": "8", "label": []}]
    )
    assert command(*arguments["usual"], "--dry-run") == 1
    shown = capsys.readouterr()
    assert "problem: " in shown.out
    assert "line 1, id '7': characters 0 to 8 ('Anna Ber', 'PER') cut a word" in shown.out
    assert "doccano.jsonl: 1 problem(s); correct them, or leave them out with --skip-problems" in shown.err
    assert not arguments["output"].exists()


def test_a_problem_keeps_everything_from_being_written_unless_it_is_skipped(
    command: Command, arguments: Dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    other = {"text": "🐱 Warning: This is a test", "sentence_id": "8", "label": [[3, 10, "LOC"]]}
    write_rows(arguments["export"], [CUT, other])
    assert command(*arguments["all"]) == 1
    assert "1 problem(s); nothing was written; correct them, or leave them out" in error(capsys)
    assert not arguments["output"].exists()
    assert command(*arguments["all"], "--skip-problems") == 0
    assert [row["id"] for row in rows_of(arguments["output"])] == ["8"]
    assert command(*arguments["all"], "--snap", "--force") == 0
    assert rows_of(arguments["output"])[0] == ANSWER


def test_annotators_are_resolved_by_the_rule(command: Command, arguments: Dict[str, Any]) -> None:
    write_rows(arguments["export"], [GOOD, {**GOOD, "label": []}, {**GOOD, "label": []}])
    assert command(*arguments["all"]) == 0
    assert rows_of(arguments["output"]) == [ANSWER]
    assert command(*arguments["all"], "--annotators", "majority", "--force") == 0
    assert rows_of(arguments["output"])[0]["tags"] == ["O"] * 6
    assert command(*arguments["all"], "--annotators", "error", "--force") == 1


def test_labels_may_be_a_runs(
    command: Command, arguments: Dict[str, Any], trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_rows(arguments["export"], [{**GOOD, "label": [[0, 9, "HERO"]]}])
    assert command(*arguments["usual"], "--dry-run") == 0
    assert "entities of type HERO" in capsys.readouterr().out
    assert command(*arguments["usual"], "--dry-run", "--run", trained) == 1
    assert "unknown label 'HERO'; expected LOC," in capsys.readouterr().out


def test_labels_between_commas_are_not_one_type(
    command: Command, arguments: Dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    write_rows(arguments["export"], [GOOD])
    assert command(*arguments["usual"], "--dry-run", "--labels", "PER,LOC") == 1
    assert "--labels has 'PER,LOC'; expected entity types such as PER LOC" in capsys.readouterr().err


def test_many_problems_are_cut_short_and_nothing_in_them_reaches_the_terminal_raw(
    command: Command, arguments: Dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    write_rows(arguments["export"], [{**GOOD, "label": [[0, 9, "\x1b[31m[bold]"]]}] * 60)
    assert command(*arguments["usual"], "--dry-run", "--labels", "PER") == 1
    printed = capsys.readouterr().out
    assert "\x1b[31m" not in printed
    assert printed.count("problem: ") == 51
    assert "problem: and 10 more" in printed


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "doccano.jsonl: the file is empty"),
        ("{", "doccano.jsonl, line 1: not JSON"),
        (json.dumps({**GOOD, "answer": 1, "label": None}), "doccano.jsonl, line 1, id '7': no list under 'label'"),
    ],
)
def test_a_file_of_another_kind_is_one_line(
    command: Command, arguments: Dict[str, Any], capsys: pytest.CaptureFixture[str], content: str, message: str
) -> None:
    arguments["export"].write_text(content)
    assert command(*arguments["all"]) == 1
    assert message in error(capsys)
    assert not arguments["output"].exists()


def test_no_answer_at_all_is_an_error(
    command: Command, arguments: Dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments["export"].write_text(json.dumps({"id": "7"}) + "\n")
    usual = [*arguments["all"]]
    usual[3] = "jsonl"
    assert command(*usual) == 1
    assert "doccano.jsonl: no answer to any of 3 questions; nothing was written" in error(capsys)
    assert command(*usual, "--dry-run") == 0


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ((), "--output is missing; expected the file to write, or --dry-run"),
        (("-s", "{export}", "-f"), "doccano.jsonl is an input; choose another --output"),
        (("-s", "{export}/a"), "cannot be written to; expected a file's path in a folder that exists"),
        (("--format", "brat", "--dry-run"), "'brat' is not a registered name for 'AnnotationFormat'"),
        (("--queries", "nowhere.jsonl", "--dry-run"), "nowhere.jsonl: no such file"),
    ],
)
def test_a_mistake_is_one_line(
    command: Command, arguments: Dict[str, Any], capsys: pytest.CaptureFixture[str], more: tuple, message: str
) -> None:
    given = [argument.format(export=arguments["export"]) for argument in more]
    assert command(*arguments["usual"], *given) == 1
    assert message in error(capsys)
    assert rows_of(arguments["export"]) == [GOOD]


def test_answers_go_through_no_link_of_a_runs_folder(
    command: Command, arguments: Dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    round_folder = tmp_path / "run" / "queries" / "round_1"
    round_folder.mkdir(parents=True)
    (tmp_path / "run" / "config.json").write_text("{}")
    (tmp_path / "elsewhere").mkdir()
    (round_folder / "answers").symlink_to(tmp_path / "elsewhere")
    assert command(*arguments["usual"], "--output", round_folder / "answers" / "a.answers.jsonl") == 1
    assert "answers is a link; expected a run's own files" in error(capsys)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_no_program_waits_at_a_pipe(
    command: Command, arguments: Dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run" / "vocabulary").mkdir(parents=True)
    os.mkfifo(tmp_path / "run" / "vocabulary" / "labels.txt")
    assert command(*arguments["all"], "--run", tmp_path / "run") == 1
    assert "labels.txt: cannot be read; expected a run's folder" in error(capsys)
    arguments["export"].unlink()
    os.mkfifo(arguments["export"])
    assert command(*arguments["all"]) == 1
    assert "doccano.jsonl: not a file" in error(capsys)
