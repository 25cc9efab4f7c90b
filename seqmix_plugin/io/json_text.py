"""
JSON and JSONL: the one way in which they are read and written. Files of ours are read strictly: plain data of a bounded
size, finite numbers. Other programs' files may hold any number. Errors are one line.
"""

import json
import math
from contextlib import suppress
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Optional, Tuple, TypeGuard

from seqmix_plugin.errors import ConfigurationError, first_line, shortened
from seqmix_plugin.io.atomic import is_special

Row = Dict[str, Any]

DEEPEST = 100
"""Levels of nesting; deeper values are none of ours, and more than code that follows them down can take."""
MOST_DIGITS = 40
"""Of whole numbers: transformers writes 10³⁰ for no limit."""
LARGEST_FILE = 2**26
"""Bytes of a JSON file of ours, and of a line of a JSONL file."""


def parse(text: str, strict: bool = True) -> Any:
    """
    # Parameters

    text : `str`
        A JSON value.
    strict : `bool`, optional (default = `True`)
        Refuse numbers that are not finite, and whole ones of more than 40 digits.

    # Returns

    `Any`
        Plain data, nested at most a hundred levels deep.

    # Raises

    `ValueError`
        For anything else, also for an object with the same key twice.
    """
    hooks: Any = {"parse_constant": _not_finite, "parse_float": _finite, "parse_int": _integer} if strict else {}
    with suppress(RecursionError):
        value = json.loads(text, object_pairs_hook=_unique_keys, **hooks)
        level = [value]
        for _ in range(DEEPEST):
            nested = (outer for outer in level if isinstance(outer, (dict, list)))
            level = [inner for outer in nested for inner in (outer.values() if isinstance(outer, dict) else outer)]
            if not level:
                return value
    raise ValueError(f"nested more than {DEEPEST} deep")


def parse_at(place: str, text: str, strict: bool = False) -> Any:
    """The same for a text of a file; a `ConfigurationError` that names the place when it is not JSON."""
    try:
        return parse(text, strict)
    except ValueError as error:
        raise ConfigurationError(f"{place}: not JSON ({first_line(error)})") from error


def read(path: Path) -> Any:
    """The value of a JSON file of ours; raises an `OSError` or a `ValueError` when it cannot be read."""
    _check_file(path)
    if path.stat().st_size > LARGEST_FILE:
        raise ValueError(f"more than {LARGEST_FILE >> 20} MiB")
    return parse(path.read_text(encoding="utf-8"))


def read_object(path: Path) -> Row:
    """The object in a JSON file of ours; anything else is a `ConfigurationError` that names the file."""
    try:
        value = read(path)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({first_line(error)})") from error
    if not isinstance(value, dict):
        raise ConfigurationError(f"{path}: holds no object")
    return value


def read_objects(path: Path) -> List[Row]:
    """The objects of a JSONL file of ours; anything else is a `ConfigurationError` that names file and line."""
    try:
        return [_object(f"{path}, line {number}", line, strict=True) for number, line in lines(path)]
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({first_line(error)})") from error


def lines(path: Path) -> Iterator[Tuple[int, str]]:
    """The lines of a JSONL file that are not blank, from 1; raises an `OSError` or a `ValueError`."""
    _check_file(path)
    number = 0
    with open(path, encoding="utf-8", newline="\n") as file:
        while line := file.readline(LARGEST_FILE + 1):
            number += 1
            if len(line) > LARGEST_FILE:
                raise ValueError(f"line {number} is longer than {LARGEST_FILE >> 20} MiB")
            if line.strip():
                yield number, line


def read_text(path: Path) -> str:
    """The text of another program's file, see `decode`; a `ConfigurationError` when there is none."""
    return decode(str(path), read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """The bytes of another program's file; a `ConfigurationError` when there is none."""
    if is_special(path):
        raise ConfigurationError(f"{path}: not a file")
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path}: no such file") from error
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror or first_line(error)})") from error


def decode(source: str, content: bytes) -> str:
    """A file's text; a `ConfigurationError` with the line when it is not UTF-8, and when there is nothing in it."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{source}, line {line}: byte 0x{content[error.start]:02x} is not UTF-8") from error
    if not text.strip():
        raise ConfigurationError(f"{source}: the file is empty")
    return text


def objects(source: str, text: str) -> Iterator[Tuple[str, Row]]:
    """
    The objects of another program's JSONL file, each with its place, such as `"answers.jsonl, line 3"`; blank lines
    are passed over. A `ConfigurationError` for a line that is not a JSON object.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            place = f"{source}, line {number}"
            yield place, _object(place, line)


def _object(place: str, line: str, strict: bool = False) -> Row:
    row = parse_at(place, line, strict)
    if not isinstance(row, dict):
        raise ConfigurationError(f"{place}: {shown(row)} is no object; expected one a line")
    return row


def to_lines(rows: Iterable[Row]) -> bytes:
    """Objects as the bytes of a JSONL file."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode("utf-8")


def of_lines(content: bytes) -> List[Any]:
    """The values of a JSONL file's bytes; a `ValueError` for anything else."""
    return [parse(line) for line in content.decode("utf-8").split("\n") if line]


def whole_lines(content: bytes) -> Tuple[bytes, bool]:
    """
    A JSONL file without a last line that is still being written, or was when its writer died: one that has no line end
    and is not a whole JSON object. A part of an object is never an object itself.

    # Returns

    `Tuple[bytes, bool]`
        The whole lines, and whether something was left out.
    """
    end = content.rfind(b"\n") + 1
    try:
        torn = bool(content[end:].strip()) and not isinstance(parse(content[end:].decode("utf-8"), strict=False), dict)
    except ValueError:
        torn = True
    return (content[:end], True) if torn else (content, False)


def whole_number(value: Any) -> Optional[int]:
    """A JSON number as an integer; `None` for anything else."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def is_text(value: Any) -> TypeGuard[str]:
    """Whether a value is a string that a file can hold: JSON can write half of a surrogate pair, UTF-8 cannot."""
    try:
        return isinstance(value, str) and (value.isascii() or bool(value.encode("utf-8")))
    except UnicodeEncodeError:
        return False


def is_list_of(value: Any, kind: type) -> TypeGuard[List[Any]]:
    """Whether a value is a list, all of whose items are of a type."""
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def shown(value: Any) -> str:
    """A value as JSON, short enough for one line, and without characters that a terminal does not show."""
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return shortened(text if text.isprintable() else json.dumps(value, default=repr))


def _check_file(path: Path) -> None:
    """Refuses devices and pipes, which might never end."""
    if path.exists() and not path.is_file():
        raise ValueError("no file")


def _unique_keys(pairs: List[Tuple[str, Any]]) -> Row:
    """An object; a `ValueError` when a key stands twice in it, of which only the last would count."""
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} stands twice in an object")
    return result


def _not_finite(name: str) -> float:
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
