"""The method's name in a run's picture."""

import json
from pathlib import Path
from typing import Any, Dict

import pytest

from seqmix_plugin.augmenters import Augmenter
from seqmix_plugin.augmenters.pairing import Pairing
from seqmix_plugin.query_policies import QueryPolicy
from seqmix_plugin.run.learning_curve import chart
from seqmix_plugin.run.method_name import method_name, method_of
from tests.charts.rendering_test import record

MNLP, SEQMIX = {"type": "mnlp"}, {"type": "seqmix", "pairing": {"type": "label_constrained"}}


@pytest.mark.parametrize(
    ("trainer", "name"),
    [
        ({"query_policy": {"type": "normalized_token_entropy"}}, "normalized token entropy"),
        ({"query_policy": "random", "augmenter": {"type": "none"}}, "random sampling"),
        ({"query_policy": MNLP, "augmenter": SEQMIX}, "MNLP + SeqMix (label-constrained sub-sequence)"),
        ({"query_policy": MNLP, "augmenter": "seqmix"}, "MNLP + SeqMix (sub-sequence)"),
        ({"query_policy": {"type": "stratified", "policy": MNLP}, "augmenter": {}}, "MNLP, stratified"),
        (
            {"query_policy": {"type": "hybrid", "policy": MNLP, "diversity": {"type": "kmeans"}}},
            "MNLP, then k-means",
        ),
        (
            {"query_policy": MNLP, "augmenter": {"type": "mixture", "augmenters": [SEQMIX, {"type": "duplicate"}]}},
            "MNLP + SeqMix (label-constrained sub-sequence), duplicates",
        ),
        ({"query_policy": MNLP, "self_training": {"type": "pseudo_labels"}}, "MNLP + self-training (pseudo-labels)"),
        ({"query_policy": {"type": "\x1b[2J"}}, "\\x1b[2J"),
        ({}, ""),
    ],
)
def test_the_method_in_words(trainer: Dict[str, Any], name: str) -> None:
    assert method_name({"trainer": trainer}) == name


def test_every_registered_name_is_words() -> None:
    blocks = [{"query_policy": {"type": kind}} for kind in QueryPolicy.list_available()]
    blocks += [{"query_policy": MNLP, "augmenter": {"type": kind}} for kind in Augmenter.list_available()]
    pairings = [{"type": "seqmix", "pairing": {"type": kind}} for kind in Pairing.list_available()]
    blocks += [{"query_policy": MNLP, "augmenter": block} for block in pairings]
    names = [method_name({"trainer": block}) for block in blocks]
    assert all(name and "_" not in name for name in names)
    assert len(set(names)) == len(names) - 2, "none adds nothing to mnlp, and seqmix has its default pairing"


def test_a_folder_without_a_configuration_has_no_name(tmp_path: Path) -> None:
    assert method_of(tmp_path) == ""
    (tmp_path / "config.json").write_text("{")
    assert method_of(tmp_path) == ""
    (tmp_path / "config.json").write_text(json.dumps({"trainer": {"query_policy": MNLP}}))
    assert method_of(tmp_path) == "MNLP"


def test_the_picture_has_the_name_above_and_the_measure_below() -> None:
    spec = chart([record(0, dev=0.5), record(1, dev=0.6)], "tokens", "k-means")
    assert spec["title"]["text"] == ["K-means"]
    titles = {
        layer["encoding"]["x"].get("title") for layer in spec["layer"] if "field" in layer["encoding"].get("x", {})
    }
    assert "annotated tokens" in titles
    assert "measure ==" in str(chart([record(0, dev=0.5)])["title"]), "without a name the title is the measure"
