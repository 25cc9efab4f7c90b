import json
import os
from pathlib import Path

import pytest

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
