"""The shipped corpus is what its script writes."""

import subprocess
import sys

from tests.conftest import QUICKSTART


def test_the_files_are_what_the_script_writes() -> None:
    checked = subprocess.run(
        [sys.executable, str(QUICKSTART / "make_corpus.py"), "--check"], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
