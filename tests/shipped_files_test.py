"""Shipped files are found in a checkout and in a wheel; tests/installed does the same with a wheel that is built."""

from pathlib import Path

import pytest

from seqmix_plugin import shipped_files
from seqmix_plugin.shipped_files import FOLDERS, shipped
from tests.conftest import ROOT


def test_a_checkout_has_those_of_the_repository() -> None:
    assert [shipped(folder) for folder in FOLDERS] == [ROOT / folder for folder in FOLDERS]
    assert shipped("training_configs/quickstart.jsonnet").is_file()
    assert shipped("data/quickstart/train.conll").is_file()


def test_a_wheel_has_copies_in_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "shipped/training_configs/quickstart.jsonnet"
    copy.parent.mkdir(parents=True)
    copy.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(shipped_files, "PACKAGE", tmp_path)
    assert shipped("training_configs/quickstart.jsonnet") == copy
