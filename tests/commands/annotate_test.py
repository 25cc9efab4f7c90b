"""`seqmix annotate` in a real terminal, and its mistakes."""

import io
import os
import signal
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest
import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.commands.annotate import find_task
from seqmix_plugin.formats import DoccanoFormat, Question, Span, write_questions
from seqmix_plugin.formats.round_answers import read_answers
from seqmix_plugin.run.layout import RoundFiles
from seqmix_plugin.run.round_state import Part, RoundState
from seqmix_plugin.sentence import TaggedSentence
from tests.annotator.pseudo_terminal import PseudoTerminal, answers_in
from tests.commands.conftest import Command
from tests.errors_page import rows
from tests.formats.conftest import ANNA, LABELS, QUESTIONS, rows_of, write_rows

SECTION = "Labelling in a terminal"
STRANGE = Question(
    TaggedSentence("10", ("\x1b[31mred", "\u202e", "东京", "👩\u200d👧", "שלום", "\u0301")),
    0.5,
    (Span(2, 3, "LOC", 0.3),),
    2,
)
ASKED = [*QUESTIONS, STRANGE]
"""Their query scores are 0.25, none, none and 0.5, so that the strange one is shown first."""
ANNA_TAGS = ["B-PER", "I-PER", "O", "O", "B-LOC", "O"]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Forks have one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def waiting(tmp_path: Path) -> Path:
    """The folder of a run that waits for the labels of its second round."""
    run = tmp_path / "run"
    (run / "vocabulary").mkdir(parents=True)
    tags = [f"{prefix}-{label}\n" for label in LABELS for prefix in "BI"]
    (run / "vocabulary" / "labels.txt").write_text("".join(["O\n", *tags]), encoding="utf-8")
    for k, asked in ((1, QUESTIONS[:1]), (2, ASKED)):
        folder = RoundFiles.of(run, k).folder
        folder.mkdir(parents=True)
        write_questions(folder / "questions.jsonl", asked)
    return run


@pytest.fixture
def newest(waiting: Path) -> Path:
    return waiting / "queries" / "round_2"


def ids(newest: Path) -> List[str]:
    path = answers_in(newest)
    return [row["id"] for row in rows_of(path)] if path.exists() else []


def test_a_round_is_labelled_killed_gone_on_with_and_read(waiting: Path, newest: Path) -> None:
    terminal = PseudoTerminal("annotate", waiting, typed=b"\r\r\rxxx")
    terminal.wait_for("sentence 1 of 4")
    assert "0 answered, 0 skipped, 0 rejected" in terminal.text(), "nobody has seen what was typed before"
    assert "\\x1b[31mred<\\u202e" in terminal.text()
    assert b"\x1b[31m" not in terminal.raw
    assert ids(newest) == []
    terminal.type("\r", "sentence 2 of 4")
    assert ids(newest) == ["10"]
    assert ">Anna<Berg sings in Oslo     .\n PER 90%--          LOC? 50%" in terminal.text()
    terminal.type("s", "sentence 3 of 4")
    assert ids(newest) == ["7", "10"], "in the order of the file"
    terminal.type("1", "labels changed")
    terminal.kill(signal.SIGKILL)
    assert terminal.end() == -signal.SIGKILL
    assert ids(newest) == ["7", "10"]

    again = PseudoTerminal("annotate", waiting)
    again.wait_for("sentence 3 of 4")
    assert "1 answered, 1 skipped, 0 rejected" in again.text()
    again.type("x", "sentence 4 of 4")
    again.type("\x1b[1;2C\x1b[C2", "\n ORG---------------")
    again.type("\r", "Enter the skipped sentences")
    again.type("\r", "sentence 2 of 4")
    again.type("\r", "Enter save, quit")
    again.type("\r", "next: the command of the run")
    assert again.end() == 0
    assert again.after() == again.before
    assert b"\x1b[?1049l" in again.raw, "the screen from before is shown again"
    assert "entities of type LOC       2" in again.text()
    assert f"answers are in {answers_in(newest)}" in again.text().replace("\n", "")

    answers = read_answers(RoundFiles(newest), DoccanoFormat(), ASKED, LABELS)
    assert {answer.sentence_id: list(answer.tags or ()) for answer in answers.answers} == {
        "7": ANNA_TAGS,
        "9": ["B-ORG", "I-ORG", "I-ORG", "O"],
        "10": ["O", "O", "B-LOC", "O", "O", "O"],
    }
    assert [answer.sentence_id for answer in answers.rejected] == ["8"]
    assert answers.problems == []


KEYS = {
    "right": ("\x1b[C", "Anna>Berg<"),
    "left": ("\x1b[D", ">Anna<Berg"),
    "shift right": ("\x1b[1;2C", ">Anna Berg<"),
    "shift left": ("\x1b[1;2D", ">Anna<Berg"),
    "end": ("\x1b[F", "     .<"),
    "home": ("\x1b[H", ">Anna<Berg"),
    "escape": ("\x1b", ">Anna<Berg"),
    "tab": ("\t", ">Oslo    <"),
    "shift tab": ("\x1b[Z", ">Anna<Berg"),
    "space": ("   ", ">Anna Berg sings<"),
    "label": ("2", " ORG------------"),
    "backspace": ("\x7f", " Anna Berg>sings<in Oslo     .\n                    LOC? 50%"),
    "undo": ("u", " ORG------------"),
    "a key that is none of ours": ("\x1b[1;9C", " ORG------------"),
    "a function key": ("\x1bOP", " ORG------------"),
    "pasted text": ("\x1b[200~cx12\x1b[201~", " ORG------------"),
    "delete": ("\x1b[3~", " Anna Berg>sings<in Oslo     .\n                    LOC? 50%"),
    "restore": ("r", " PER 90%--"),
    "page up": ("\x1b[5~", "sentence 1 of 4"),
    "page down": ("\x1b[6~", "sentence 2 of 4"),
    "down": ("\x1b[B", ">Anna<Berg"),
    "up": ("\x1b[A", ">Anna<Berg"),
    "help": ("?", "this help; any key closes it"),
    "any key": ("1", ">Anna<Berg"),
    "draw anew": ("\x0c", ">Anna<Berg"),
}


def test_every_key_as_terminals_send_it_every_size_and_ctrl_c(waiting: Path, newest: Path) -> None:
    terminal = PseudoTerminal("annotate", waiting, "--annotator", "anna")
    terminal.wait_for("sentence 1 of 4")
    second = PseudoTerminal("annotate", waiting, "--annotator", "anna", columns=200)
    assert second.end() == 1
    said(second, "answers in use by another process")
    terminal.type("n", "sentence 2 of 4")
    for name, (keys, text) in KEYS.items():
        terminal.type(keys, text)
        assert text in terminal.text(), name
    for columns, height, text in ((40, 10, "2 of 4"), (20, 5, "PER 90%"), (6, 2, ">Anna<"), (1, 1, "A")):
        terminal.read()
        terminal.resize(columns, height)
        terminal.wait_for(text)
    terminal.resize(100, 30)
    terminal.wait_for("u undo")
    terminal.type("c", "labels changed")
    terminal.type("\x03", "4 sentence(s) without an answer")
    assert terminal.end() == 0
    assert terminal.after() == terminal.before
    (row,) = rows_of(RoundFiles(newest).own("terminal-anna"))
    assert (row["id"], row["draft"], row["annotator"]) == ("7", ["O"] * 6, "anna"), (
        "not even the sentence on the screen is lost"
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_loses_nothing(waiting: Path, newest: Path, number: signal.Signals) -> None:
    terminal = PseudoTerminal("annotate", waiting)
    terminal.wait_for("sentence 1 of 4")
    terminal.type("\r", "sentence 2 of 4")
    terminal.type("c", "labels changed")
    terminal.kill(number)
    assert terminal.end() == (0 if number == signal.SIGINT else 128 + number)
    assert terminal.after() == terminal.before
    assert ids(newest) == ["7", "10"]


def test_a_closed_window_loses_nothing(waiting: Path, newest: Path) -> None:
    terminal = PseudoTerminal("annotate", waiting)
    terminal.wait_for("sentence 1 of 4")
    terminal.type("\r", "sentence 2 of 4")
    terminal.type("c", "labels changed")
    terminal.close()
    assert terminal.end() == 128 + signal.SIGHUP
    assert ids(newest) == ["7", "10"]


def test_a_full_disk_is_told_and_what_was_said_is_kept(waiting: Path, newest: Path) -> None:
    terminal = PseudoTerminal("annotate", waiting, columns=200)
    terminal.wait_for("sentence 1 of 4")
    (newest / "answers").rename(newest / "away")
    terminal.type("\r", "cannot be written")
    said(terminal, "answers that cannot be written: a full disk, no permission")
    terminal.type("q", "q again quits without saving")
    (newest / "away").rename(newest / "answers")
    terminal.type("\r", "sentence 3 of 4")
    assert ids(newest) == ["7", "10"]
    (newest / "answers").rename(newest / "away")
    terminal.type("\r", "cannot be written")
    terminal.type("q", "q again quits without saving")
    terminal.type("q", "error: ")
    assert terminal.end() == 1
    assert terminal.after() == terminal.before


def said(terminal: PseudoTerminal, what: str) -> None:
    """One of the lines is that of a row of docs/errors.md; the terminal may have broken it."""
    row = next(row for row in rows(SECTION) if row.what == what)
    terminal.read()
    whole = terminal.text().replace("\n", "")
    assert row.matches(whole[whole.index("error: ") + 7 :]), whole


def line(capsys: pytest.CaptureFixture[str]) -> str:
    (found,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    return found.removeprefix("error: ")


ARGUMENTS: Dict[str, List[Any]] = {
    "no terminal, such as in a pipe or a batch job": ["{run}"],
    "a folder without questions of a round": ["{folder}"],
    "an annotator's name that cannot be a file name": ["{run}", "--annotator", "../anna"],
    "questions outside a run's folder, without entity types": ["{queries}", "-s", "{folder}/answers.jsonl"],
    "questions outside a run's folder, without a place for the answers": ["{queries}", "--labels", *LABELS],
    "an invisible entity type, one with surrounding white space, or several in one, such as `PER,LOC`": [
        "{run}",
        "--labels",
        "PER,LOC",
    ],
    "tags in the place of entity types": ["{run}", "--labels", "B-PER", "I-PER", "O"],
    "an entity type that the model has predicted and that cannot be chosen": ["{run}", "--labels", "PER"],
    "an entity type that the run does not know": ["{run}", "--labels", "PER", "LOC", "HERO"],
}


@pytest.mark.parametrize("what", ARGUMENTS)
def test_a_mistake_is_one_line(
    command: Command,
    waiting: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    what: str,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())  # also when the tests run in a terminal
    queries = tmp_path / "queries.jsonl"
    write_questions(queries, ASKED)
    given = [part.format(run=waiting, folder=tmp_path, queries=queries) for part in ARGUMENTS[what]]
    assert command("annotate", *given) == 1
    row = next(row for row in rows(SECTION) if row.what == what)
    found = line(capsys)
    assert row.matches(found), found
    assert not (waiting / "queries" / "round_2" / "answers").exists()


IN_A_TERMINAL = {
    "a terminal that cannot be drawn on",
    "answers in use by another process",
    "a file of answers that is another annotator's, of other questions, or damaged",
    "answers that cannot be written: a full disk, no permission",
}


TAKEN = "a round that has its labels already"
LINK = "an answer file that is a link"


def test_every_row_is_tried() -> None:
    assert {row.what for row in rows(SECTION)} == set(ARGUMENTS) | IN_A_TERMINAL | {TAKEN, LINK}


def test_labels_that_nobody_waits_for_are_not_taken(waiting: Path, newest: Path) -> None:
    state = RoundState(round=2, annotated=Part.at(0, b""))
    (waiting / "state").mkdir()
    state.write(waiting / "state" / "round_2.json")
    with pytest.raises(ConfigurationError) as error:
        find_task(str(waiting), None, None, None)
    assert next(row for row in rows(SECTION) if row.what == TAKEN).matches(str(error.value.message))
    find_task(str(newest / "questions.jsonl"), None, None, None)
    RoundState(round=2).write(waiting / "state" / "round_2.json")
    find_task(str(waiting), None, None, None)
    (waiting / "state" / "round_2.json").write_text("damaged", encoding="utf-8")
    find_task(str(waiting), None, None, None)


def test_nothing_is_written_through_a_link(waiting: Path, newest: Path, tmp_path: Path) -> None:
    (newest / "answers").mkdir()
    (newest / "answers" / "terminal.answers.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError) as error:
        find_task(str(waiting), None, None, None)
    assert next(row for row in rows(SECTION) if row.what == LINK).matches(str(error.value.message))
    (newest / "answers" / "terminal.answers.jsonl").unlink()
    assert (
        find_task(str(waiting), None, None, "service").output == newest / "answers" / "terminal-service.answers.jsonl"
    )


def test_mistakes_that_only_a_terminal_shows(waiting: Path, newest: Path) -> None:
    dumb = PseudoTerminal("annotate", waiting, term="dumb", columns=200)
    assert dumb.end() == 1
    said(dumb, "a terminal that cannot be drawn on")
    answers_in(newest).parent.mkdir()
    write_rows(answers_in(newest), [{"id": "7", "tags": ["O"] * 6, "annotator": "bert"}])
    before = answers_in(newest).read_bytes()
    other = PseudoTerminal("annotate", waiting, columns=200)
    assert other.end() == 1
    said(other, "a file of answers that is another annotator's, of other questions, or damaged")
    assert answers_in(newest).read_bytes() == before


def test_questions_of_a_file_or_of_a_run(waiting: Path, newest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for queries in (str(waiting), str(newest / "questions.jsonl")):
        task = find_task(queries, None, None, None)
        assert (task.questions, task.labels) == (ASKED, sorted(LABELS))
        assert (task.output, task.run) == (answers_in(newest), waiting)
    monkeypatch.chdir(newest.parent)
    earlier = find_task("round_1/questions.jsonl", ["LOC", "PER"], None, "Zoë.B-1@x")
    assert (earlier.questions, earlier.labels) == ([ANNA], ["LOC", "PER"])
    assert earlier.output == newest.parent / "round_1" / "answers" / "terminal-Zoë.B-1@x.answers.jsonl"
    elsewhere = find_task(str(waiting), None, "mine.jsonl", None)
    assert (elsewhere.output, elsewhere.run) == (Path("mine.jsonl"), waiting)
    os.rename(newest / "questions.jsonl", "asked.jsonl")
    task = find_task("asked.jsonl", ["LOC", "PER"], "mine.jsonl", None)
    assert (task.questions, task.output, task.run) == (ASKED, Path("mine.jsonl"), None)


@pytest.mark.parametrize("name", ["", ".anna", "-anna", "a/b", "a b", "a\n", "a" * 51])
def test_names_that_are_none(command: Command, waiting: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert command("annotate", waiting, f"--annotator={name}") == 1
    assert "--annotator is" in line(capsys)


def test_an_output_that_cannot_be_one(
    command: Command, waiting: Path, newest: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for output, message in (
        (newest, "cannot be written to; expected a file's path"),
        (newest / "questions.jsonl", "is an input; choose another --output"),
    ):
        assert command("annotate", waiting, "-s", output) == 1
        assert message in line(capsys)
