"""After the first of the two commands alone: what needs AllenNLP names the second, and everything else works."""

from pathlib import Path
from typing import Iterator

import pytest

from tests.installed.conftest import INSTALL_ALLENNLP, Installation


@pytest.fixture
def without_allennlp(installation: Installation, tmp_path: Path) -> Iterator[Installation]:
    installation.run("uv pip uninstall allennlp", cwd=tmp_path)
    yield installation
    installation.run(INSTALL_ALLENNLP, cwd=tmp_path)


def test_one_line_names_the_second_command(without_allennlp: Installation, tmp_path: Path) -> None:
    for command in ("train experiment.jsonnet -s run", "evaluate run/model.tar.gz test.conll", "extend run"):
        done = without_allennlp.run(f"seqmix {command}", cwd=tmp_path, code=1)
        assert (done.stdout, done.stderr.count("\n")) == ("", 1), done.stderr
        assert done.stderr.strip().endswith(INSTALL_ALLENNLP.removeprefix("uv "))
        assert list(tmp_path.iterdir()) == []


def test_what_does_not_need_it_works(without_allennlp: Installation, tmp_path: Path) -> None:
    assert "train" in without_allennlp.run("seqmix --help", cwd=tmp_path).stdout
    without_allennlp.run("seqmix start project --example quickstart", cwd=tmp_path)
    assert (tmp_path / "project" / "experiment.jsonnet").is_file()
    assert "--labels" in without_allennlp.run("seqmix annotate --help", cwd=tmp_path).stdout
