"""The methods of a grid: names, files and overrides; what is not a grid is an error of one line."""

from typing import Any, Dict, List

import pytest
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.many_runs.grid import Method, parse_grid

RANDOM, SEEDS = {"random": "random.jsonnet"}, {"seeds": "1-3"}


def test_configurations_and_seeds() -> None:
    grid = parse_grid(
        "g",
        {
            "configurations": {**RANDOM, "nte": {"config": "lib/nte.jsonnet", "overrides": {"trainer.num_rounds": 2}}},
            "seeds": [3, 1],
            "baseline": "random",
        },
    )
    assert grid.methods == [
        Method("random", "random.jsonnet", {}),
        Method("nte", "lib/nte.jsonnet", {"trainer.num_rounds": 2}),
    ]
    assert (grid.seeds, grid.baseline, grid.pairs) == ("3,1", "random", None)


@pytest.mark.parametrize(
    ("axes", "names", "overrides"),
    [
        ({"a.alpha": [4, 8.5]}, ["random-alpha=4", "random-alpha=8.5"], [{"a.alpha": 4}, {"a.alpha": 8.5}]),
        (
            {"a.alpha": [4], "b.on": [True, None]},
            ["random-alpha=4-on=true", "random-alpha=4-on=null"],
            [{"a.alpha": 4, "b.on": True}, {"a.alpha": 4, "b.on": None}],
        ),
        ({"a.rate": [1], "b.rate": ["x"]}, ["random-a.rate=1-b.rate=x"], [{"a.rate": 1, "b.rate": "x"}]),
        (
            {"policy": {"nte": {"type": "x"}, "none": None}},
            ["random-policy=nte", "random-policy=none"],
            [{"policy": {"type": "x"}}, {"policy": None}],
        ),
    ],
)
def test_axes(axes: Dict[str, Any], names: List[str], overrides: List[Dict[str, Any]]) -> None:
    grid = parse_grid("g", {"configurations": RANDOM, "axes": axes, **SEEDS})
    assert [method.name for method in grid.methods] == names
    assert [method.overrides for method in grid.methods] == overrides


def test_every_configuration_has_every_value() -> None:
    grid = parse_grid("g", {"configurations": {"a": "x", "b": "y"}, "axes": {"k": [1, 2]}, **SEEDS})
    assert [(method.name, method.config) for method in grid.methods] == [
        ("a-k=1", "x"),
        ("a-k=2", "x"),
        ("b-k=1", "y"),
        ("b-k=2", "y"),
    ]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"configuration": RANDOM, **SEEDS},
            "g: configuration is an unknown key; expected axes, baseline, configurations, pairs, seeds",
        ),
        (SEEDS, "g: configurations is None; expected an object such as {random: 'random.jsonnet'}"),
        (
            {"configurations": {"a": 1}, **SEEDS},
            "g: configurations.a is 1; expected a path, or {config: 'nte.jsonnet', overrides: {…}}",
        ),
        (
            {"configurations": {"a": {"config": "x", "override": {}}}, **SEEDS},
            "g: configurations.a is {'config': 'x', 'override': {}}; expected a path, or {config: 'nte.jsonnet', "
            "overrides: {…}}",
        ),
        (
            {"configurations": {"a": {"config": "x", "overrides": 1}}, **SEEDS},
            "g: configurations.a.overrides is 1; expected an object",
        ),
        (
            {"configurations": {"../a": "x"}, **SEEDS},
            "g: the name '../a' is not possible; expected letters, digits and _.,=+-, as of a folder",
        ),
        ({"configurations": RANDOM}, "g: seeds is None; expected text such as '1-5', or a list"),
        ({"configurations": RANDOM, "seeds": [True]}, "g: seeds is [True]; expected text such as '1-5', or a list"),
        (
            {"configurations": RANDOM, "axes": [1], **SEEDS},
            "g: axes is [1]; expected an object such as {'trainer.augmenter.alpha': [4, 8]}",
        ),
        (
            {"configurations": RANDOM, "axes": {"k": [{}]}, **SEEDS},
            "g: axes.k is [{}]; expected a list of numbers and texts, or an object of named values",
        ),
        (
            {"configurations": RANDOM, "axes": {"k": []}, **SEEDS},
            "g: axes.k is []; expected a list of numbers and texts, or an object of named values",
        ),
        (
            {"configurations": RANDOM, "axes": {"k": [4, "4"]}, **SEEDS},
            "g: two configurations have the name 'random-k=4'; give the values of an axis names",
        ),
        (
            {"configurations": RANDOM, "axes": {"seed": [1]}, **SEEDS},
            "g: axes has 'seed', which 'sweep' sets itself: use seeds",
        ),
        (
            {"configurations": {"a": {"config": "x", "overrides": {"t": {"k": 1}}}}, "axes": {"t.k": [1]}, **SEEDS},
            "g: configurations.a.overrides has 't.k', and so has axes",
        ),
        (
            {"configurations": {"a": {"config": "x", "overrides": {"t": {"k": 1}}}}, "axes": {"t": {"n": {}}}, **SEEDS},
            "g: configurations.a.overrides has 't', and so has axes",
        ),
        (
            {"configurations": {"a": {"config": "x", "overrides": {"seed": 1}}}, **SEEDS},
            "g: configurations.a.overrides has 'seed', which 'sweep' sets itself: use seeds",
        ),
        (
            {"configurations": RANDOM, "baseline": "nte", **SEEDS},
            "g: baseline is 'nte'; expected one of random",
        ),
        (
            {"configurations": RANDOM, "pairs": ["a"], **SEEDS},
            "g: pairs is ['a']; expected text such as 'nte:random,mnlp:random'",
        ),
    ],
)
def test_what_is_not_a_grid(values: Any, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_grid("g", values)
    assert str(caught.value) == message
