"""A process that has written in a run's folder leaves it to others."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io import folder_guard
from seqmix_plugin.io.folder_guard import check_own, forget_folder, locked, own_folder

OTHER = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'ab'), fcntl.LOCK_EX | fcntl.LOCK_NB)"


def can_be_locked(path: Path) -> bool:
    """By another process."""
    return (
        subprocess.run([sys.executable, "-I", "-S", "-c", OTHER, str(path)], stderr=subprocess.DEVNULL).returncode == 0
    )


def test_a_folder_that_is_forgotten_is_not_locked(tmp_path: Path) -> None:
    own_folder(tmp_path)
    lock = locked(tmp_path / "lock")
    assert lock is not None
    assert not can_be_locked(tmp_path / "lock")
    forget_folder(tmp_path)
    assert lock.closed
    assert can_be_locked(tmp_path / "lock")
    assert not {tmp_path, tmp_path.resolve()} & set(folder_guard._OWN)
    forget_folder(tmp_path)


def test_a_removed_run_does_not_stop_the_next_one(tmp_path: Path) -> None:
    for name in ("removed", "next"):
        (tmp_path / name).mkdir()
    own_folder(tmp_path / "removed")
    lock = locked(tmp_path / "removed" / "lock")
    assert lock is not None
    shutil.rmtree(tmp_path / "removed")
    with pytest.raises(ConfigurationError, match="was taken by another start with --force, or removed"):
        check_own()
    own_folder(tmp_path / "next")
    kept = locked(tmp_path / "next" / "lock")
    check_own()
    assert lock.closed
    assert kept is not None
    forget_folder(tmp_path / "next")
