"""A process that has written in a run's folder leaves it to others."""

import subprocess
import sys
from pathlib import Path

from seqmix_plugin.io import folder_guard
from seqmix_plugin.io.folder_guard import forget_folder, locked, own_folder

OTHER = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'ab'), fcntl.LOCK_EX | fcntl.LOCK_NB)"


def can_be_locked(path: Path) -> bool:
    """By another process."""
    return (
        subprocess.run([sys.executable, "-I", "-S", "-c", OTHER, str(path)], stderr=subprocess.DEVNULL).returncode == 0
    )


def test_a_folder_that_is_forgotten_is_not_locked(tmp_path: Path) -> None:
    before = dict(folder_guard._OWN)
    own_folder(tmp_path)
    lock = locked(tmp_path / "lock")
    assert lock is not None
    assert not can_be_locked(tmp_path / "lock")
    forget_folder(tmp_path)
    assert lock.closed
    assert can_be_locked(tmp_path / "lock")
    assert before == folder_guard._OWN
    forget_folder(tmp_path)
