"""`ARCHITECTURE.md`: what it names exists."""

import itertools
import re
from typing import List

import pytest

from tests.conftest import ROOT
from tests.structure_test import ORDER

PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def paths() -> List[str]:
    """The source files and folders of the page; files of a run have no suffix of a source and no slash at the end."""
    found = re.findall(r"`([\w./]+(?:\.py|\.libsonnet|/))`|([\w/]+\.py)\b", PAGE)
    return sorted({one or other for one, other in found} - {"encoder/", "vocabulary/", "language_model/"})


@pytest.mark.parametrize("path", paths())
def test_every_path_exists(path: str) -> None:
    assert any((place / path).exists() for place in (ROOT / "seqmix_plugin", ROOT)), path


def test_all_layers_are_shown_and_in_their_order() -> None:
    table = PAGE.split("## Layers")[1].split("\n## ")[0]
    rows = [set(re.findall(r"`([\w_]+)(?:/|\.py)`", row)) for row in table.splitlines() if row.startswith("|")]
    levels = {name: level for level, names in enumerate(ORDER) for name in names}
    shown = [row for row in rows if row]
    assert set().union(*shown) == set(levels)
    assert all(
        min(levels[name] for name in upper) >= max(levels[name] for name in lower)
        for upper, lower in itertools.pairwise(shown)
    )
