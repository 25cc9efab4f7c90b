"""What a run says of the machine and the code."""

import subprocess
from pathlib import Path

import pytest
import torch

from seqmix_plugin.run import provenance as environment


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package in a repository of one commit."""
    package = tmp_path / "repository" / "package"
    package.mkdir(parents=True)
    (package / "module.py").write_text("pass\n")
    monkeypatch.setattr(environment, "PACKAGE_FOLDER", package)
    for name in ("GIT_DIR", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    for command in ("init -q", "add .", "-c user.name=a -c user.email=a@b commit -q -m first"):
        subprocess.run(["git", "-C", str(package.parent), *command.split()], check=True)
    return package


def test_versions_and_machine() -> None:
    found = environment.environment(torch.device("cpu"))
    assert found["versions"]["allennlp"] == "2.10.1"
    assert found["versions"]["torch"] == torch.__version__.split("+")[0]
    assert found["threads"] == torch.get_num_threads()
    assert found["device"]
    assert found["host"]


def test_the_revision_of_unchanged_code(repository: Path) -> None:
    head = subprocess.run(
        ["git", "-C", str(repository), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    )
    assert environment.revision() == head.stdout[:12]
    (repository.parent / "notes.txt").write_text("beside the package")
    assert environment.revision() == head.stdout[:12]


def test_changed_code_is_marked(repository: Path) -> None:
    (repository / "module.py").write_text("raise SystemExit\n")
    revision = environment.revision()
    assert revision is not None
    assert revision.endswith("+")


def test_code_that_is_in_no_repository(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    monkeypatch.setattr(environment, "PACKAGE_FOLDER", outside)
    assert environment.revision() is None
    # An installation inside somebody else's repository, which does not know it.
    ignored = repository.parent / "site-packages"
    ignored.mkdir()
    monkeypatch.setattr(environment, "PACKAGE_FOLDER", ignored)
    assert environment.revision() is None
