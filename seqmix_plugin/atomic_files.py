"""Files that are whole or not there, whatever happens while they are written."""

import hashlib
import os
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Iterator, Optional

from allennlp.common.checks import ConfigurationError

TEMPORARY = ".tmp"
"""How the names of files end that are not whole yet; one that is left belongs to nobody."""


@contextmanager
def replacement(path: Path, writer: object = "") -> Iterator[Path]:
    """
    Gives a path beside `path` to write a file to. When the block ends without an error, the file is brought to the disk
    and takes the place of `path` in one step; otherwise it is removed and `path` is as it was.

    # Parameters

    path : `Path`
        The file that is written or replaced.
    writer : `object`, optional (default = `""`)
        What tells processes apart that may write the same file at the same time.

    # Raises

    `ConfigurationError`
        When it cannot be written: a full disk, no permission.
    """
    temporary = path.with_name(f"{path.name}{writer}{TEMPORARY}")
    try:
        with disk_errors(path):
            temporary.unlink(missing_ok=True)  # it may be a link to anywhere
            yield temporary
            settle(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def settle(temporary: Path, path: Path) -> None:
    """Brings a file to the disk and puts it in the place of another in one step."""
    sync(temporary)
    os.replace(temporary, path)
    sync(path.parent)  # a new name is on the disk only when its folder is


def write_text(path: Path, text: str) -> None:
    """Replaces a file by one that holds this text."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Replaces a file by one that holds these bytes."""
    with replacement(path) as temporary:
        temporary.write_bytes(content)


def append(path: Path, start: int, content: bytes) -> None:
    """Writes from a position on, whatever stood there, and brings it to the disk."""
    with disk_errors(path), open(path, "r+b" if path.exists() else "wb") as file:
        file.truncate(start)
        file.seek(start)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def locked(path: Path) -> Optional[IO[bytes]]:
    """
    Opens a file that no other process has locked, and locks it until it is closed or the process ends, however it ends;
    `None` when another process has.
    """
    import fcntl  # not on every platform

    file = open(path, "ab")  # noqa: SIM115  open as long as the run
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        file.close()
        return None
    return file


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """What the operating system refuses becomes a `ConfigurationError` that names the file."""
    try:
        yield
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be written ({error.strerror or error})") from error


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Brings a file or a folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
