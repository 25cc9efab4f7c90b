"""Shipped configurations by their names."""

from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
from allennlp.common import Params

import seqmix_plugin as sx
from seqmix_plugin.api.training import read_configuration
from tests.conftest import ROOT


def test_files_of_the_package_are_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    quickstart = sx.shipped_configuration("quickstart", {"trainer.num_rounds": 1})
    assert Path(quickstart["train_data_path"]).resolve() == ROOT / "data/quickstart/train.conll"
    assert quickstart["trainer"]["num_rounds"] == 1


def test_another_name_is_an_error_that_names_a_close_one() -> None:
    with pytest.raises(sx.ConfigurationError, match="'quikstart' is not a shipped conf.*did you mean 'quickstart'"):
        sx.shipped_configuration("quikstart")


def test_an_override_without_a_place_is_an_error() -> None:
    with pytest.raises(
        sx.ConfigurationError, match=r"cannot be read \(overrides dict contains unused keys: .*pol.size"
    ):
        sx.shipped_configuration("quickstart", {"trainer.pol.size": 3})


def test_values_of_python_become_plain_data_and_the_given_ones_stay() -> None:
    config = {"type": "active_learning", "trainer": {"query_size": (1, 2)}, "train_data_path": Path("a")}
    before = deepcopy(config)
    read = read_configuration(config, {"seed": np.int64(3), "trainer.seed_size": np.float64(2)})
    assert read.as_dict(quiet=True) == {
        "type": "active_learning",
        "trainer": {"query_size": [1, 2], "seed_size": 2.0},
        "train_data_path": "a",
        "seed": 3,
    }
    read.pop("trainer").pop("query_size")
    assert config == before
    nested = {**config, "trainer": Params({"seed_size": 3})}
    for given in (nested, Params(nested)):
        assert read_configuration(given, {}).as_dict(quiet=True)["trainer"] == {"seed_size": 3}
    with pytest.raises(sx.ConfigurationError, match=r"config: .* cannot be read \(\{1\} is not a value of JSON\)"):
        read_configuration(config, {"seed": {1}})
