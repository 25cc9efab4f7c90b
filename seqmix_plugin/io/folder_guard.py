"""Writes in a run's folder: never through links, and never after another process has taken the folder."""

import os
import re
import shutil
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Dict, Iterator, Optional
from weakref import WeakValueDictionary

from seqmix_plugin.errors import ConfigurationError

RUST_ERROR = re.compile(r"\(os error (\d+)\)")
"""Error numbers of the operating system in messages of libraries written in Rust, which raise no `OSError`."""


@dataclass
class _Own:
    """A run's folder as it was given, the pattern of files in it that are only read, and this process's locks in it."""

    folder: Path
    only_read: str
    locks: "WeakValueDictionary[Path, IO[bytes]]" = field(default_factory=WeakValueDictionary)


_OWN: Dict[Path, _Own] = {}


def _forget_locks() -> None:
    """In a forked process: the locks stay with its parent."""
    for own in _OWN.values():
        own.locks.clear()


os.register_at_fork(after_in_child=_forget_locks)


def own_folder(folder: Path, only_read: str = "") -> None:
    """
    Must be called before a process writes in a run's folder, whose content is not trusted. From then on the functions
    of this module open, replace and remove nothing there through a link, and nothing once another process has taken the
    folder (see `check_own`). Other libraries follow links, so the folder is searched for them now. The folder itself
    may be a link.

    # Parameters

    folder : `Path`
        The run's folder.
    only_read : `str`, optional (default = `""`)
        A pattern of files that are only read, which may be links.

    # Raises

    `ConfigurationError`
        For a link, a pipe or a device. More than two levels down, where other programs keep their files, links to
        files in the run's folder are allowed.
    """
    own, before = _Own(folder, only_read), _OWN.get(folder.absolute())
    if before is not None:
        own.locks.update((path, lock) for path, lock in before.locks.items() if _is_held(lock, path))
    for other in list(_OWN.values()):  # an earlier run of this process that was removed is over
        if other is not before and not all(_is_held(lock, path) for path, lock in other.locks.items()):
            forget_folder(other.folder)
    _OWN[folder.absolute()] = _OWN[folder.resolve()] = own
    refuse_links(folder)


def forget_folder(folder: Path) -> None:
    """Ends what `own_folder` began: releases this process's locks in a run's folder."""
    for place in (folder.absolute(), folder.resolve()):
        own = _OWN.pop(place, None)
        for lock in [] if own is None else list(own.locks.values()):
            lock.close()


def refuse_links(folder: Path) -> None:
    """Searches a run's folder for links, pipes and devices, as `own_folder` does."""
    own, home = _OWN.get(folder.absolute()), folder.resolve()
    only_read = own.only_read if own is not None else ""
    for place, folders, files in os.walk(folder):
        for path in (Path(place, name) for name in (*folders, *files)):
            with suppress(FileNotFoundError):  # another process may be at work
                mode, inside = path.lstat().st_mode, path.relative_to(folder)
                stays = len(inside.parts) > 2 and path.exists() and path.resolve().is_relative_to(home)
                read = bool(only_read) and inside.match(only_read) and path.is_file()
                if not (stays or read if stat.S_ISLNK(mode) else stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                    raise not_own(path)


def not_own(path: Path) -> ConfigurationError:
    """The error for anything else in the place of a file or folder of a run."""
    what = "a link" if path.is_symlink() else "a folder" if path.is_dir() else "neither a file nor a folder"
    return ConfigurationError(
        f"{path} is {what}; expected a run's own files: remove it, or put a copy of what it leads to in its place"
    )


def check_own() -> None:
    """
    Checks that the files that this process has locked are still those at their paths.

    # Raises

    `ConfigurationError`
        When another start has taken a run's folder (`--force`), or it was removed.
    """
    for own in list(_OWN.values()):
        _check_locks(own)


def _check_locks(own: _Own) -> None:
    for path, lock in list(own.locks.items()):
        if not lock.closed and not _is_held(lock, path):
            raise ConfigurationError(
                f"{own.folder}: cannot be written (the folder was taken by another start with --force, or removed)"
            )


def _is_held(lock: IO[bytes], path: Path) -> bool:
    """Whether a lock is on the file that is at its path. The file is not opened: closing it would release the lock."""
    try:
        return not lock.closed and os.path.samestat(os.fstat(lock.fileno()), os.lstat(path))
    except OSError:
        return False


def _checked(folder: Path) -> Optional[_Own]:
    """The run's folder that contains a folder, if there is one; no part of the path in it may be a link."""
    parts = [folder.absolute(), *folder.absolute().parents]
    depth = next((depth for depth, part in enumerate(parts) if part in _OWN), None)
    if depth is None:
        return None
    own = _OWN[parts[depth]]
    _check_locks(own)
    for part in reversed(parts[:depth]):
        if part.is_symlink():
            raise not_own(part)
    return own


def open_own(path: Path, mode: str) -> IO[bytes]:
    """
    Opens a file to write to it; a link, a pipe and a device are refused.

    # Parameters

    path : `Path`
        The file.
    mode : `str`
        `"xb"` for a new file, `"ab"` or `"r+b"`; no mode that empties a file before it was checked.
    """
    _checked(path.parent)
    if os.path.lexists(path) and not stat.S_ISREG(path.lstat().st_mode):
        raise not_own(path)
    flags = os.O_NOFOLLOW | os.O_NONBLOCK
    return open(path, mode, opener=lambda name, of_mode: os.open(name, of_mode | flags, 0o666))  # type: ignore


def make_folder(folder: Path) -> None:
    """Makes a folder and its parents, where they do not exist yet."""
    with disk_errors(folder):
        _checked(folder)
        folder.mkdir(parents=True, exist_ok=True)


def remove(path: Path) -> None:
    """Removes a file, if there is one."""
    _checked(path.parent)
    path.unlink(missing_ok=True)


def remove_folder(folder: Path) -> None:
    """Removes a folder with its content, if there is one."""
    _checked(folder)
    shutil.rmtree(folder, ignore_errors=True)


def move(source: Path, target: Path) -> None:
    """Puts a file or a folder in the place of another in one step."""
    _checked(source.parent)
    _checked(target.parent)
    os.replace(source, target)


def locked(path: Path) -> Optional[IO[bytes]]:
    """
    Opens a file and locks it until it is closed or the process ends, however it ends; `None` when another process has
    locked it. In a run's folder (see `own_folder`), nothing is written without the lock from then on; a lock that this
    process holds already is returned again.
    """
    import fcntl  # not on every platform

    own = _checked(path.parent)
    held = None if own is None else own.locks.get(path.absolute())
    if held is not None and _is_held(held, path):
        return held
    file = open_own(path, "ab")
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        file.close()
        return None
    if own is not None:
        own.locks[path.absolute()] = file
    return file


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turns errors of the operating system into a `ConfigurationError` that names the file."""
    try:
        yield
    except Exception as error:
        # torch does not name the disk error in its own
        cause = error.__context__ if isinstance(error, RuntimeError) else error
        of_rust = RUST_ERROR.search(str(error))
        if isinstance(cause, OSError):
            reason = cause.strerror or str(cause)
        elif of_rust:
            reason = os.strerror(int(of_rust[1]))
        else:
            raise
        raise ConfigurationError(f"{path}: cannot be written ({reason})") from error
