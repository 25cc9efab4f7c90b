import json
from pathlib import Path

import pytest

from seqmix_plugin.formats import AnnotationFormat, write_questions
from tests.commands.conftest import Command
from tests.formats.conftest import QUESTIONS


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    path = tmp_path / "queries.jsonl"
    write_questions(path, QUESTIONS)
    return path


def error(capsys: pytest.CaptureFixture[str]) -> str:
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    return line


@pytest.mark.parametrize("name", AnnotationFormat.list_available())
def test_questions_become_a_tools_file(
    command: Command, queries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    output = tmp_path / "out" / "round2"
    output.parent.mkdir()
    arguments = ("--format", name, "--labels", "PER", "LOC", "--output", output)
    assert command("export-queries", queries, *arguments) == 0
    written = AnnotationFormat.by_name(name)().paths(output)
    assert sorted(output.parent.iterdir()) == sorted(written), "nothing temporary is left"
    assert f"wrote 3 questions to {' and '.join(map(str, written))}" in capsys.readouterr().out
    before = output.read_bytes()
    assert command("export-queries", queries, *arguments) == 1
    assert f"{output} exists; choose another --output, or --force" in error(capsys)
    assert command("export-queries", queries, *arguments, "--force", "--model-version", "v9") == 0
    assert (b"v9" in output.read_bytes()) == (name != "jsonl")
    assert output.read_bytes() != before or name == "jsonl"


def test_the_labels_of_a_run(command: Command, queries: Path, tmp_path: Path, trained: Path) -> None:
    output = tmp_path / "tasks.json"
    run = ("--run", trained, "-s", output)
    assert command("export-queries", queries, "--format", "label_studio", *run) == 0
    assert 'value="PER"' in (tmp_path / "tasks.config.xml").read_text()
    assert json.loads(output.read_text())[0]["predictions"][0]["model_version"] == "round 2"


def test_a_configuration_that_is_there_already_is_kept(
    command: Command, queries: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tasks.config.xml").write_text("mine")
    arguments = ("--format", "label_studio", "--labels", "PER", "LOC", "-s", tmp_path / "tasks.json")
    assert command("export-queries", queries, *arguments) == 1
    assert "tasks.config.xml exists; choose another --output, or --force" in error(capsys)
    assert (tmp_path / "tasks.config.xml").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--format", "brat", "--labels", "PER"), "'brat' is not a registered name for 'AnnotationFormat'"),
        (("--format", "jsonl", "--labels", "PER"), "sentence '7' is predicted to have LOC; the labels are PER"),
        (("--format", "jsonl", "--labels", "PER", "PER"), "labels has 'PER' twice"),
        (("--format", "jsonl", "--labels", "PER,LOC"), "--labels has 'PER,LOC'; expected entity types such as PER LOC"),
        (
            ("--format", "jsonl", "--labels", "B-PER", "I-PER"),
            "--labels has 'B-PER', a tag; expected entity types, PER",
        ),
        (("--format", "jsonl", "--labels", "O"), "--labels has 'O', a tag; expected entity types such as PER LOC"),
        (("--format", "jsonl", "--run", "nowhere"), "nowhere/vocabulary/labels.txt: cannot be read"),
        (
            ("--format", "jsonl", "--labels", "PER", "LOC", "-s", "{folder}"),
            "cannot be written to; expected a file's path",
        ),
        (
            ("--format", "jsonl", "--labels", "PER", "LOC", "-s", "{folder}/no/a"),
            "cannot be written to; expected a file's",
        ),
        (("--format", "jsonl", "--labels", "PER", "LOC", "-fs", "{folder}/queries.jsonl"), "queries.jsonl is an input"),
    ],
)
def test_a_mistake_is_one_line_and_writes_nothing(
    command: Command, queries: Path, capsys: pytest.CaptureFixture[str], arguments: tuple, message: str
) -> None:
    before = queries.read_bytes()
    given = [argument.format(folder=queries.parent) for argument in arguments]
    assert command("export-queries", queries, "-s", queries.with_name("out"), *given) == 1
    assert message in error(capsys)
    assert (list(queries.parent.iterdir()), queries.read_bytes()) == ([queries], before)


def test_labels_or_a_run_must_be_given(command: Command, queries: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("export-queries", queries, "--format", "jsonl", "-s", "out") == 1
    assert "--labels or --run is missing; expected the entity types or a run" in error(capsys)
    both = ("--labels", "PER", "--run", "nowhere")
    assert command("export-queries", queries, "--format", "jsonl", "-s", "out", *both) == 1
    assert "--labels and --run both give the entity types; expected one of them" in error(capsys)
