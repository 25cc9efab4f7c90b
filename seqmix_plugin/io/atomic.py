"""Atomic writes: a file is whole or not there, whatever happens while it is written."""

import hashlib
import itertools
import json
import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Iterator

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.folder_guard import disk_errors as disk_errors
from seqmix_plugin.io.folder_guard import locked as locked
from seqmix_plugin.io.folder_guard import move, open_own, remove

TEMPORARY = ".tmp"
"""Ending of the names of files that are being written; leftover ones may be removed."""


@contextmanager
def replacement(path: Path, writer: object = "") -> Iterator[Path]:
    """
    Yields a path beside `path` to write a file to. When the block ends without an error, the file is synced to the disk
    and replaces `path` in one step; otherwise it is removed and `path` is unchanged.

    # Parameters

    path : `Path`
        The file that is written or replaced.
    writer : `object`, optional (default = `""`)
        Distinguishes processes that may write the same file at the same time.

    # Raises

    `ConfigurationError`
        When it cannot be written: a full disk, no permission.
    """
    temporary = path.with_name(f"{path.name}{writer}{TEMPORARY}")
    with disk_errors(path):
        remove(temporary)  # it may be a link to anywhere
        try:
            yield temporary
            settle(temporary, path)
        except BaseException:
            with suppress(ConfigurationError, OSError):
                remove(temporary)
            raise


def settle(temporary: Path, path: Path) -> None:
    """Syncs a file to the disk and puts it in the place of another in one step."""
    sync(temporary)
    move(temporary, path)
    sync(path.parent)  # a new name is on the disk only when its folder is


def write_text(path: Path, text: str) -> None:
    """Replaces a file by one that holds this text."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Replaces a file by one that holds these bytes."""
    with replacement(path) as temporary, open_own(temporary, "xb") as file:
        file.write(content)


def append(path: Path, start: int, content: bytes) -> None:
    """Replaces everything from a position on, and syncs the file to the disk."""
    with disk_errors(path):
        own_copy(path)
        with open_own(path, "r+b" if path.exists() else "xb") as file:
            file.truncate(start)
            file.seek(start)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def name_for_damaged(path: Path) -> Path:
    """A free name beside a damaged file or folder, under which it is kept."""
    names = (path.with_name(f"{path.name}.damaged{number}") for number in itertools.count(1))
    return next(name for name in names if not name.exists())


def own_copy(path: Path) -> None:
    """Replaces a file that has hard links, as in a backup, by a copy; the others stay as they are."""
    if path.is_file() and path.lstat().st_nlink > 1:
        with replacement(path) as temporary:
            shutil.copyfile(path, temporary)


def is_special(path: Path) -> bool:
    """
    Whether a path leads to a named pipe or a device, from which a program that reads a file would wait or read
    forever. A shell's process substitution, `<(…)`, is not one.
    """
    real = os.path.realpath(path)
    return os.path.lexists(real) and not os.path.isfile(real) and not os.path.isdir(real) and not os.path.islink(real)


def data_digest(value: Any) -> str:
    """SHA-256 of plain data, independent of the order of keys, in hexadecimal digits."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode("utf-8")).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Syncs a file or a folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
