"""Shipped configurations by their names."""

from pathlib import Path

import pytest

import seqmix_plugin as sx
from tests.conftest import ROOT


def test_files_of_the_package_are_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    quickstart = sx.shipped_configuration("quickstart", {"trainer.num_rounds": 1})
    assert Path(quickstart["train_data_path"]).resolve() == ROOT / "data/quickstart/train.conll"
    assert quickstart["trainer"]["num_rounds"] == 1


def test_another_name_is_an_error_that_names_a_close_one() -> None:
    with pytest.raises(sx.ConfigurationError, match="'quikstart' is not a shipped conf.*did you mean 'quickstart'"):
        sx.shipped_configuration("quikstart")
