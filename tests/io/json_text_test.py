import json
import os
from pathlib import Path

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.io import json_text


@pytest.mark.parametrize("value", [None, True, 3, -1.5, "é\n", [1, [2, []]], {"a": {"b": [1, {"c": None}]}}, 10**30])
def test_plain_data_comes_back(value: object) -> None:
    assert json_text.parse(json.dumps(value)) == value


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def test_a_hundred_levels_are_enough() -> None:
    assert json.dumps(json_text.parse(nested(100))) == nested(100)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "Expecting property name"),
        ('{"a": 1, "b": 2, "a": 3}', "the key 'a' stands twice in an object"),
        ('[{"x": {"y": 1, "y": 1}}]', "the key 'y' stands twice in an object"),
        ("NaN", "NaN is no number"),
        ("[-Infinity]", "-Infinity is no number"),
        ("1e999", "1e999 is too large a number"),
        ("1" * 41, "1{20} is too large a number"),
        ("1" * 10_000, "1{20} is too large a number"),
        (nested(101), "nested more than 100 deep"),
        (nested(100_000), "nested more than 100 deep"),
        ('{"a":' * 200 + "1" + "}" * 200, "nested more than 100 deep"),
    ],
)
def test_anything_else_is_an_error_of_one_line(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message) as error:
        json_text.parse(text)
    assert len(str(error.value)) < 100


def test_lines_are_numbered_and_blank_ones_passed_over(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('1\n\n "a\u2028b"\n\t\n3', encoding="utf-8")
    assert list(json_text.lines(tmp_path / "rows.jsonl")) == [(1, "1\n"), (3, ' "a\u2028b"\n'), (5, "3")]


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "endless").symlink_to("/dev/zero")
    for name in ("pipe", "endless"):
        with pytest.raises(ValueError, match="no file"):
            json_text.read(tmp_path / name)
        with pytest.raises(ValueError, match="no file"):
            list(json_text.lines(tmp_path / name))
    with pytest.raises(FileNotFoundError, match="nothing"):
        json_text.read(tmp_path / "nothing")


def test_what_is_too_large_is_not_held_in_memory(tmp_path: Path) -> None:
    with open(tmp_path / "large", "wb") as file:
        file.write(b"1\n")
        file.truncate(2**33)  # takes no room on the disk
    with pytest.raises(ValueError, match="more than 64 MiB"):
        json_text.read(tmp_path / "large")
    found = json_text.lines(tmp_path / "large")
    assert next(found) == (1, "1\n")
    with pytest.raises(ValueError, match="line 2 is longer than 64 MiB"):
        next(found)


def test_other_programs_may_write_any_number() -> None:
    assert json_text.parse("[1e999, 1]", strict=False) == [float("inf"), 1]
    with pytest.raises(ValueError, match="the key 'a' stands twice"):
        json_text.parse('{"a": 1, "a": 2}', strict=False)


def test_objects_name_their_place(tmp_path: Path) -> None:
    assert list(json_text.objects("a.jsonl", '\n{"a": 1}\n')) == [("a.jsonl, line 2", {"a": 1})]
    for text, message in (
        ("[1]", r"a.jsonl, line 1: \[1\] is no object"),
        ("{", r"a.jsonl, line 1: not JSON \(Expecting"),
    ):
        with pytest.raises(ConfigurationError, match=message):
            list(json_text.objects("a.jsonl", text))
        (tmp_path / "a.jsonl").write_text(text)
        with pytest.raises(ConfigurationError, match=message):
            json_text.read_objects(tmp_path / "a.jsonl")
    with pytest.raises(ConfigurationError, match=r"a.jsonl: cannot be read \(Expecting"):
        json_text.read_object(tmp_path / "a.jsonl")


@pytest.mark.parametrize(
    ("content", "whole"),
    [
        (b'{"a": 1}\n', b'{"a": 1}\n'),
        (b'{"a": 1}\n{"a": 2}', b'{"a": 1}\n{"a": 2}'),
        (b'{"a": 1}\n{"a": ', b'{"a": 1}\n'),
        (b'{"a": 1}\n12', b'{"a": 1}\n'),
        (b'{"a": 1}\n"\xc3', b'{"a": 1}\n'),
        (b"", b""),
    ],
)
def test_a_last_line_that_is_not_whole_is_left_out(content: bytes, whole: bytes) -> None:
    assert json_text.whole_lines(content) == (whole, whole != content)


def test_lines_come_back() -> None:
    rows = [{"a": "é\u2028"}, {"b": [1, None]}]
    assert json_text.of_lines(json_text.to_lines(rows)) == rows


def test_what_a_terminal_does_not_show_is_escaped() -> None:
    assert json_text.shown({"é": "\x1b[2J"}) == '{"é": "\\u001b[2J"}'
    assert json_text.shown("é\u202e") == '"\\u00e9\\u202e"'
    assert json_text.shown("é" * 100) == '"' + "é" * 58 + "…"
    assert [json_text.is_text(value) for value in ("é", "\ud83d", 1)] == [True, False, False]
