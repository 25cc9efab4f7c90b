"""Writes in a run's folder: never through links, and never after another process has taken the folder."""

import os
import re
import shutil
import stat
import weakref
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Dict, Iterator, Optional

from allennlp.common.checks import ConfigurationError

RUST_ERROR = re.compile(r"\(os error (\d+)\)")
"""Error numbers of the operating system in messages of libraries written in Rust, which raise no `OSError`."""


@dataclass
class _Own:
    """A run's folder as it was given, the pattern of files in it that are only read, and this process's locks in it."""

    folder: Path
    only_read: str
    locks: Dict[Path, "weakref.ref[IO[bytes]]"] = field(default_factory=dict)


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
    before = _OWN.get(folder.absolute())
    locks = {path: lock for path, lock in before.locks.items() if _is_held(lock(), path)} if before else {}
    _OWN[folder.absolute()] = _OWN[folder.resolve()] = _Own(folder, only_read, locks)
    refuse_links(folder)


def refuse_links(folder: Path) -> None:
    """Searches a run's folder for links, pipes and devices, as `own_folder` does."""
    own, home = _OWN.get(folder.absolute()), folder.resolve()
    only_read = own.only_read if own is not None else ""
    for place, folders, files in os.walk(folder):
        for path in (Path(place, name) for name in (*folders, *files)):
            with suppress(FileNotFoundError):  # another process may be at work
                mode, inside = path.lstat().st_mode, path.relative_to(folder)
                stays = (
                    len(inside.parts) > 2 and Path(os.path.realpath(path)).is_relative_to(home) and not _is_loop(path)
                )
                read = bool(only_read) and inside.match(only_read) and path.is_file()
                fine = stays or read if stat.S_ISLNK(mode) else stat.S_ISREG(mode) or stat.S_ISDIR(mode)
                if not fine:
                    raise not_own(path)


def _is_loop(path: Path) -> bool:
    """Whether a link leads to itself."""
    return os.path.islink(os.path.realpath(path))


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
        file = lock()
        if file is not None and not file.closed and not _is_held(file, path):
            raise ConfigurationError(
                f"{own.folder}: cannot be written (the folder was taken by another start with --force, or removed)"
            )


def _is_held(lock: Optional[IO[bytes]], path: Path) -> bool:
    """Whether a lock is on the file that is at its path. The file is not opened: closing it would release the lock."""
    try:
        return lock is not None and not lock.closed and os.path.samestat(os.fstat(lock.fileno()), os.lstat(path))
    except OSError:
        return False


def _root(path: Path) -> Optional[Path]:
    """The run's folder that contains an absolute path, if there is one."""
    root = next((place for place in (path, *path.parents) if place in _OWN), None)
    return None if root is None or ".." in path.relative_to(root).parts else root


@contextmanager
def _opened(folder: Path, make: bool = False) -> Iterator[int]:
    """A descriptor of a folder; in a run's folder, no part of its path may be a link."""
    folder = folder.absolute()
    root = _root(folder)
    if root is not None:
        _check_locks(_OWN[root])
    place = root or folder
    if make:
        place.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in folder.relative_to(place).parts:
            place = place / name
            if make:
                with suppress(FileExistsError):
                    os.mkdir(name, dir_fd=descriptor)
            if place.is_symlink():
                raise not_own(place)
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


def open_own(path: Path, mode: str) -> IO[bytes]:
    """
    Opens a file to write to it; a link, a pipe and a device are refused.

    # Parameters

    path : `Path`
        The file.
    mode : `str`
        `"xb"` for a new file, `"ab"` or `"r+b"`; no mode that empties a file before it was checked.
    """

    def opener(_: str, flags: int) -> int:
        with _opened(path.parent) as folder:
            if os.path.lexists(path) and not stat.S_ISREG(path.lstat().st_mode):
                raise not_own(path)
            return os.open(path.name, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666, dir_fd=folder)

    return open(path, mode, opener=opener)  # type: ignore[return-value]


def make_folder(folder: Path) -> None:
    """Makes a folder and its parents, where they do not exist yet."""
    with disk_errors(folder), _opened(folder, make=True):
        pass


def remove(path: Path) -> None:
    """Removes a file, if there is one."""
    with suppress(FileNotFoundError), _opened(path.parent) as folder:
        os.unlink(path.name, dir_fd=folder)


def remove_folder(folder: Path) -> None:
    """Removes a folder with its content, if there is one."""
    with suppress(FileNotFoundError, NotADirectoryError), _opened(folder):
        shutil.rmtree(folder, ignore_errors=True)


def move(source: Path, target: Path) -> None:
    """Puts a file or a folder in the place of another in one step."""
    with _opened(source.parent) as start, _opened(target.parent) as end:
        os.replace(source.name, target.name, src_dir_fd=start, dst_dir_fd=end)


def locked(path: Path) -> Optional[IO[bytes]]:
    """
    Opens a file and locks it until it is closed or the process ends, however it ends; `None` when another process has
    locked it. In a run's folder (see `own_folder`), nothing is written without the lock from then on; a lock that this
    process holds already is returned again.
    """
    import fcntl  # not on every platform

    own = _OWN.get(_root(path.absolute()) or Path())
    held = own.locks[path.absolute()]() if own is not None and path.absolute() in own.locks else None
    if held is not None and _is_held(held, path):
        return held
    file = open_own(path, "ab")
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        file.close()
        return None
    if own is not None:
        own.locks[path.absolute()] = weakref.ref(file)
    return file


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turns errors of the operating system into a `ConfigurationError` that names the file."""
    try:
        yield
    except ConfigurationError:
        raise
    except Exception as error:
        reason = refusal(error)
        if reason is None:
            raise
        raise ConfigurationError(f"{path}: cannot be written ({reason})") from error


def refusal(error: BaseException) -> Optional[str]:
    """The operating system's error behind an exception of any library; `None` for another one."""
    if isinstance(error, RuntimeError) and isinstance(error.__context__, OSError):
        error = error.__context__  # torch does not name the disk error in its own
    if isinstance(error, OSError):
        return error.strerror or str(error)
    found = RUST_ERROR.search(str(error))
    return os.strerror(int(found[1])) if found else None
