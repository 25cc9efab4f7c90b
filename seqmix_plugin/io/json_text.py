"""JSON that somebody else may have written: plain data of a bounded size and depth, or an error of one line."""

import json
import math
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

DEEPEST = 100
"""What is nested deeper is no file of ours, and more than code that follows it down can take."""
MOST_DIGITS = 40
"""Of whole numbers: transformers writes 10³⁰ for no limit."""
LARGEST_FILE = 2**26
"""Bytes of a JSON file, and of a line of a JSONL file."""


def parse(text: str) -> Any:
    """
    # Parameters

    text : `str`
        A JSON value.

    # Returns

    `Any`
        Plain data, nested no deeper than a hundred times, whose numbers are finite, whole ones of at most 40
        digits.

    # Raises

    `ValueError`
        For anything else, also for an object with the same key twice.
    """
    try:
        value = json.loads(
            text,
            object_pairs_hook=unique_keys,
            parse_constant=_no_number,
            parse_float=_finite,
            parse_int=_integer,
        )
    except RecursionError as error:
        raise _too_deep() from error
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level if isinstance(outer, (dict, list)) for inner in _members(outer)]
        if not level:
            return value
    raise _too_deep()


def read(path: Path) -> Any:
    """The value of a JSON file; raises an `OSError` or a `ValueError` for what is none."""
    _check_file(path)
    if path.stat().st_size > LARGEST_FILE:
        raise ValueError(f"more than {LARGEST_FILE >> 20} MiB")
    return parse(path.read_text(encoding="utf-8"))


def lines(path: Path) -> Iterator[Tuple[int, str]]:
    """The lines of a JSONL file that hold something, from 1; raises an `OSError` or a `ValueError` for what is none."""
    _check_file(path)
    number = 0
    with open(path, encoding="utf-8", newline="\n") as file:
        while line := file.readline(LARGEST_FILE + 1):
            number += 1
            if len(line) > LARGEST_FILE:
                raise ValueError(f"line {number} is longer than {LARGEST_FILE >> 20} MiB")
            if line.strip():
                yield number, line


def _check_file(path: Path) -> None:
    """A device would never end, and nobody may ever write to a pipe."""
    if path.exists() and not path.is_file():
        raise ValueError("no file")


def _members(value: Any) -> List[Any]:
    return list(value.values()) if isinstance(value, dict) else value


def unique_keys(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    """An object, for `json.loads`; a `ValueError` when a key is there twice, of which only the last would count."""
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} stands twice in an object")
    return result


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits:.20} is too large a number")
    return value


def _integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"{digits:.20} is too large a number")
    return int(digits)


def _too_deep() -> ValueError:
    return ValueError(f"nested more than {DEEPEST} deep")
