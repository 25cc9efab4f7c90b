"""Every row of `docs/errors.md` on several runs is provoked, and says what the page says."""

from typing import Any, Callable, Dict

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.commands.where import Where
from seqmix_plugin.many_runs.grid import parse_grid
from seqmix_plugin.many_runs.ray_cluster import check_address, share_of
from tests.errors_page import Row, rows

ROWS = rows("Several runs")
NODES = [{"Alive": True, "Resources": {"CPU": 4.0}}]


def grid(**changes: Any) -> Callable[[], object]:
    return lambda: parse_grid("grid.jsonnet", {"configurations": {"a": "a.jsonnet"}, "seeds": "1", **changes})


CASES: Dict[str, Callable[[], object]] = {
    "an unknown key of a grid": grid(seed="1"),
    "no configurations": grid(configurations={}),
    "a configuration without a path, or with another key": grid(configurations={"a": 1}),
    "overrides that are not an object": grid(configurations={"a": {"config": "a.jsonnet", "overrides": "x"}}),
    "a name that cannot be a folder's": grid(configurations={"a/b": "a.jsonnet"}),
    "two configurations of one name, because values of an axis look alike": grid(axes={"k": [1, "1"]}),
    "seeds of another form": grid(seeds=1.5),
    "axes that are not an object": grid(axes=["k"]),
    "an axis without values, or with unnamed objects": grid(axes={"k": []}),
    "an axis of a key that `sweep` sets": grid(axes={"numpy_seed": [1]}),
    "overrides of such a key": grid(configurations={"a": {"config": "a.jsonnet", "overrides": {"seed": 1}}}),
    "a key in an axis and in overrides": grid(
        configurations={"a": {"config": "a.jsonnet", "overrides": {"k": 1}}}, axes={"k": [1]}
    ),
    "a baseline that is not a method": grid(baseline="b"),
    "pairs that are not text": grid(pairs=["a:b"]),
    "Ray's options without Ray": lambda: Where(1, False, None, None, 0.5),
    "a number of cores below 1": lambda: Where(1, True, None, 0, None),
    "a number of GPUs between whole numbers, or below 0": lambda: Where(1, True, None, None, 1.5),
    "an address of another form": lambda: check_address("head"),
    "an address where there is no cluster": lambda: check_address("127.0.0.1:1"),
    "a cluster without a node that has the GPUs of a run": lambda: share_of(NODES, 1, None, 0.5),
    "a cluster whose nodes have fewer cores": lambda: share_of(NODES, 1, 8, None),
}


def test_every_row_has_a_case_and_every_case_a_row() -> None:
    assert [row.what for row in ROWS] == list(CASES)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_what_the_page_says_is_so(row: Row) -> None:
    with pytest.raises(ConfigurationError) as caught:
        CASES[row.what]()
    assert row.matches(str(caught.value)), str(caught.value)
