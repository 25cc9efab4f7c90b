import itertools
from pathlib import Path
from typing import List

import pytest

from seqmix_plugin.annotator import Keyboard
from seqmix_plugin.annotator.drawing import draw
from seqmix_plugin.annotator.keyboard import ACTIONS, COMMANDS, LABEL_KEYS, OTHERS, label_keys, matching
from tests.annotator.drawing_test import LONG, keyboard_of, plain
from tests.annotator.session_test import THREE, spans
from tests.formats.conftest import rows_of

ALT = "\x1b"


@pytest.fixture
def keyboard(tmp_path: Path) -> Keyboard:
    return keyboard_of(THREE, path=tmp_path / "answers.jsonl")


def press(keyboard: Keyboard, *keys: str) -> Keyboard:
    for key in keys:
        keyboard.press(key)
    return keyboard


def shown(keyboard: Keyboard, width: int = 80, height: int = 24) -> str:
    keyboard.size = (width, height)
    return plain(draw(keyboard, width, height))


def test_three_sentences_in_six_keys(keyboard: Keyboard, tmp_path: Path) -> None:
    press(keyboard, "tab", "3", "enter", "x", "s")
    rows = rows_of(tmp_path / "answers.jsonl")
    assert rows[0]["tags"] == ["B-PER", "I-PER", "O", "O", "B-ORG", "O"]
    assert [set(row) - {"id", "tokens", "time"} for row in rows] == [{"tags"}, {"rejected"}, {"skipped"}]
    assert shown(keyboard).split("\n") == [
        "Enter the skipped sentences  p back  u undo  q save, quit",
        "",
        "3 sentences",
        "      1 answered",
        "      1 skipped",
        "      1 rejected",
        "      0 open",
        "2 entities in answered sentences",
        "      1 ORG",
        "      1 PER",
    ]
    press(keyboard, "1", "enter")
    assert keyboard.session.question == THREE[2]
    assert not press(keyboard, "enter").finished
    assert shown(keyboard).startswith("Enter save, quit  p back")
    assert press(keyboard, "enter").finished


def test_going_past_the_last_sentence_leaves_open_ones(keyboard: Keyboard) -> None:
    press(keyboard, "enter", "n", "n")
    assert shown(keyboard).startswith("Enter the open sentences")
    assert press(keyboard, "enter").session.view.position == 1


@pytest.mark.parametrize("key", ["q", "c-c"])
def test_leaving_saves_the_sentence_that_is_being_worked_at(keyboard: Keyboard, tmp_path: Path, key: str) -> None:
    press(keyboard, "c")
    assert not (tmp_path / "answers.jsonl").exists()
    assert press(keyboard, key).finished
    assert rows_of(tmp_path / "answers.jsonl") == [
        {"id": "7", "tokens": list(THREE[0].sentence.tokens), "draft": ["O"] * 6}
    ]


def test_an_answer_that_is_undone_leaves_the_file(keyboard: Keyboard, tmp_path: Path) -> None:
    press(keyboard, "enter", "enter", "u")
    assert [row["id"] for row in rows_of(tmp_path / "answers.jsonl")] == ["7"]
    press(keyboard, "y")
    assert [row["id"] for row in rows_of(tmp_path / "answers.jsonl")] == ["7", "8"]


def test_answers_that_cannot_be_saved_are_not_lost(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    keyboard = keyboard_of(THREE, path=folder / "answers.jsonl")
    press(keyboard, "enter")
    assert keyboard.message == f"error: {folder / 'answers.jsonl'}: cannot be written (No such file or directory)"
    assert keyboard.message[:30] in shown(keyboard)
    assert not press(keyboard, "q").finished
    assert keyboard.message.startswith("q again quits without saving; error: ")
    assert not press(keyboard, "h", "c-c").finished
    folder.mkdir()
    press(keyboard, "enter")
    assert [row["id"] for row in rows_of(folder / "answers.jsonl")] == ["7", "8"]
    folder.rename(tmp_path / "gone")
    assert press(keyboard, "enter", "q", "q").finished


def test_up_and_down_follow_the_lines_on_the_screen() -> None:
    keyboard = keyboard_of([LONG])
    shown(keyboard, 40, 24)
    assert press(keyboard, "down", "j").session.view.cursor == 14
    assert press(keyboard, "up", "k").session.view.cursor == 0
    press(keyboard, "n", "down", "k")
    assert keyboard.session.question is None


@pytest.mark.parametrize("keys", [("[", "1", ";", "9", "C"), ("[", "2"), ("O", "1"), ("x",), ("escape", "x")])
def test_what_a_terminal_sends_after_escape_is_no_command(tmp_path: Path, keys: tuple) -> None:
    keyboard = keyboard_of(THREE, path=tmp_path / "answers.jsonl", clock=lambda: 1.0)
    before = (keyboard.session.view, keyboard.session.by_id())
    press(keyboard, "escape", *keys)
    assert (keyboard.session.view, keyboard.session.by_id()) == before


def test_keys_that_come_later_than_a_sequence_are_a_persons(tmp_path: Path) -> None:
    times = iter([0.0, 0.2, 0.3, 1.0, 1.01, 1.02, 1.2])
    keyboard = keyboard_of(THREE, path=tmp_path / "answers.jsonl", clock=lambda: next(times))
    press(keyboard, "escape", "c")
    assert spans(keyboard.session) == []
    press(keyboard, "u", "escape", "[", "c")
    assert spans(keyboard.session) != []
    press(keyboard, "c")
    assert spans(keyboard.session) == []


def test_any_key_closes_the_help(keyboard: Keyboard) -> None:
    assert len(shown(press(keyboard, "?")).split("\n")) == len(COMMANDS) <= 24
    press(keyboard, "x")
    assert not keyboard.shows_help
    assert keyboard.session.view.position == 0, "the key has closed the help only"
    assert shown(press(keyboard, "?"), 40, 3).startswith("Enter ")
    assert press(keyboard, "c-c").finished


def test_a_label_is_chosen_by_its_name(tmp_path: Path) -> None:
    keyboard = keyboard_of(THREE, path=tmp_path / "answers.jsonl", clock=itertools.count().__next__)
    press(keyboard, "/", "o", "r", "x", "\x04", "tab")
    assert "label: orx_  no such label" in shown(keyboard)
    press(keyboard, "enter", "backspace")
    assert "label: or_  >ORG<" in shown(keyboard)
    press(keyboard, "enter")
    assert spans(keyboard.session)[0] == (0, 2, "ORG")
    press(keyboard, "/", "escape", "1")
    assert spans(keyboard.session)[0] == (0, 2, "PER")


def test_every_command_is_in_the_help() -> None:
    told = " ".join(f"{keys} {what}" for keys, what, _ in COMMANDS).lower().replace("shift-", "s-").split()
    hidden = {"=", "delete"}
    missing = {key for key in (*ACTIONS, *OTHERS) if key not in told and key not in hidden}
    assert missing == {"escape"}, "which the help calls Esc"
    assert len({*ACTIONS, *OTHERS}) == len(ACTIONS) + len(OTHERS)


def test_keys_of_labels() -> None:
    assert label_keys(["PER", "LOC"]) == {"1": "PER", "2": "LOC"}
    many = [f"T{number}" for number in range(9)] + ["DATE", "MONEY", "EVENT", "tea"]
    assert list(label_keys(many))[9:] == ["0", "m", "e", "t"]
    everything: List[str] = [f"{number}" for number in range(60)]
    assert list(label_keys(everything).values()) == everything[:48]
    assert not {*ACTIONS, *OTHERS} & set(LABEL_KEYS)


def test_matching_labels_the_nearest_first() -> None:
    labels = ["UPDATE", "DATE", "date", "DATES", "PER"]
    assert matching(labels, "date") == ["date", "DATE", "DATES", "UPDATE"]
    assert matching(labels, "") == labels
