"""JSON from other programs: whatever is wrong with a file is one line that names it and the place."""

import json
import re
from pathlib import Path
from typing import Any, Container, Dict, Iterable, Iterator, Optional, Tuple, TypeGuard

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import first_line, shortened
from seqmix_plugin.io.atomic import is_special
from seqmix_plugin.io.json_text import unique_keys
from seqmix_plugin.sentence import is_unicode

Row = Dict[str, Any]

_LABELS = re.compile(
    r"label|(?<!id)entit|(tag|span|annotation|completion|result)s?$|(^|_)(ner|bio|iob|cats)$", re.IGNORECASE
)
"""Names of keys under which tools keep labels."""


def file_error(source: str, place: str, message: str) -> ConfigurationError:
    """To be raised: names the file and the place in it."""
    return ConfigurationError(f"{source}, {place}: {message}")


def read_bytes(path: Path) -> bytes:
    """A file's bytes; a `ConfigurationError` when there is none."""
    if is_special(path):
        raise ConfigurationError(f"{path}: not a file")
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path}: no such file") from error
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror or first_line(error)})") from error


def decoded(source: str, content: bytes) -> str:
    """
    A file's text.

    # Raises

    `ConfigurationError`
        With the line, when it is not UTF-8; when there is nothing in it.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise file_error(source, f"line {line}", f"byte 0x{content[error.start]:02x} is not UTF-8") from error
    if not text.strip():
        raise ConfigurationError(f"{source}: the file is empty")
    return text


def parsed(source: str, text: str, place: str = "") -> Any:
    """
    JSON as plain data.

    # Raises

    `ConfigurationError`
        With file and place, when it is no JSON, has a key twice, or is nested so deeply that nobody meant it.
    """
    try:
        return json.loads(text, object_pairs_hook=unique_keys)
    except RecursionError as error:
        raise ConfigurationError(f"{_at(source, place)}: nested too deeply to be annotations") from error
    except ValueError as error:
        raise ConfigurationError(f"{_at(source, place)}: not JSON ({first_line(error)})") from error


def rows(source: str, text: str) -> Iterator[Tuple[str, Row]]:
    """
    The objects of a JSONL file and where they stand, such as `"line 3"`; blank lines are passed over.

    # Raises

    `ConfigurationError`
        With file and line, when a line is no JSON object.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            place = f"line {number}"
            row = parsed(source, line, place)
            if not isinstance(row, dict):
                raise file_error(source, place, f"{shown(row)} is no object; expected one a line")
            yield place, row


def to_lines(records: Iterable[Row]) -> str:
    """Objects as the text of a JSONL file."""
    return "".join(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n" for record in records)


def whole_lines(content: bytes) -> Tuple[bytes, bool]:
    """
    A JSONL file without a last line that is still being written, or was when its writer died: one that has no line end
    and is no whole JSON object. Nothing that begins an object is one itself.

    # Returns

    `Tuple[bytes, bool]`
        What is whole, and whether there was more.
    """
    end = content.rfind(b"\n") + 1
    try:
        torn = bool(content[end:].strip()) and not isinstance(json.loads(content[end:]), dict)
    except (RecursionError, ValueError):
        torn = True
    return (content[:end], True) if torn else (content, False)


def unread_labels(row: Row, read: Container[str], expected: str) -> Optional[str]:
    """
    A problem when labels may stand where nobody looks: under a key that is called so, or that holds something like
    spans.

    # Parameters

    row : `Row`
        What an annotator said.
    read : `Container[str]`
        The keys that are read, or that are known to hold no labels.
    expected : `str`
        Where labels are read.
    """
    for key, value in row.items():
        if key in read or not value or not isinstance(value, (dict, list, str)):
            continue
        if _LABELS.search(key) or (isinstance(value, list) and any(map(_is_span, value))):
            return f"{shown(key)} is {shown(value)}, which is not read; expected labels in {expected}"
    return None


def _is_span(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_LABELS.search(key) for key in value)
    return isinstance(value, list) and len(value) == 3 and [type(part) for part in value] == [int, int, str]


def whole_number(value: Any) -> Optional[int]:
    """A JSON number as an integer; `None` for anything else."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def is_text(value: Any) -> TypeGuard[str]:
    """Whether it is a string that a file can hold."""
    return isinstance(value, str) and is_unicode(value)


def shown(value: Any) -> str:
    """A value as JSON, short enough for one line."""
    try:
        return shortened(json.dumps(value))
    except (RecursionError, ValueError):
        return f"a {type(value).__name__} that is nested too deeply"


def _at(source: str, place: str) -> str:
    return f"{source}, {place}" if place else source
