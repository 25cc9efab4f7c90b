"""
The wheel, installed in a fresh environment by the commands of docs/install.md.

These tests need minutes and a package index, so that they are not part of `make test`: `make installed` runs them.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterator, List

import pytest

from tests.conftest import ROOT

UV = Path(sys.executable).with_name("uv")
PAGE = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
INSTALL_WHEEL, INSTALL_ALLENNLP = re.findall("^uv pip install .*", PAGE, re.M)[:2]


@dataclass
class Installation:
    """An environment with the wheel and AllenNLP, and nothing of the repository."""

    wheel: Path
    environment: Path

    def run(self, command: str, cwd: Path, code: int = 0) -> "subprocess.CompletedProcess[str]":
        """What a shell command prints with this environment active; fails when it ends with another exit code."""
        done = subprocess.run(["bash", "-c", command], cwd=cwd, env=self.variables(), capture_output=True, text=True)
        assert done.returncode == code, f"{command}\nexit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def variables(self) -> Dict[str, str]:
        """The environment variables of a shell in which this environment is active."""
        variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        path = f"{self.environment / 'bin'}:{os.environ['PATH']}"
        return {**variables, "VIRTUAL_ENV": str(self.environment), "PATH": path}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from those files alone that an image is built from."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for path in needed_files():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / path).is_dir():
            shutil.copytree(ROOT / path, source / path, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / path, source / path)
    subprocess.run([UV, "build", "--quiet", "--wheel", "--out-dir", folder, source], check=True)
    [built] = folder.glob("*.whl")
    return built


def needed_files() -> List[str]:
    """The files and folders that `.dockerignore` lets through."""
    return re.findall("^!(.*)", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.M)


@pytest.fixture(scope="session")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The environment after both commands of the page."""
    environment = tmp_path_factory.mktemp("installed") / "environment"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, environment], check=True)
    (environment / "bin" / "uv").symlink_to(UV)
    made = Installation(wheel, environment)
    made.run(f"{INSTALL_WHEEL} && {INSTALL_ALLENNLP}", cwd=wheel.parent)
    yield made
    shutil.rmtree(environment)  # several gigabytes


@pytest.fixture(scope="session")
def pip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newest pip, in an environment of its own."""
    environment = tmp_path_factory.mktemp("pip") / "environment"
    subprocess.run([UV, "venv", "--quiet", "--seed", "--python", sys.executable, environment], check=True)
    return environment / "bin" / "pip"
