"""The methods of a sweep: named configurations, each with every combination of some values."""

import json
import re
from dataclasses import dataclass
from itertools import product
from typing import Any, Dict, List, Optional, Tuple

from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.run.reader import SEEDS, flattened

KEYS = {"configurations", "seeds", "axes", "baseline", "pairs"}
NAME = re.compile(r"[A-Za-z0-9][\w.,=+-]*", re.ASCII)
"""A name that is a folder's on every file system."""


@dataclass(frozen=True)
class Method:
    """A configuration of a sweep: its name, its file as the grid gives it, and what overrides it, by dotted keys."""

    name: str
    config: str
    overrides: Dict[str, Any]


@dataclass(frozen=True)
class Grid:
    """
    # Parameters

    methods : `List[Method]`
        The configurations.
    seeds : `str`
        The seeds, as `repeat --seeds` has them.
    baseline : `str`, optional
        The method with which the others are compared.
    pairs : `str`, optional
        The pairs of methods that are compared, as `compare --pairs` has them.
    """

    methods: List[Method]
    seeds: str
    baseline: Optional[str]
    pairs: Optional[str]


def parse_grid(where: str, values: Dict[str, Any]) -> Grid:
    """
    The grid of an object with the keys `KEYS`.

    # Parameters

    where : `str`
        The file, which begins the messages of errors.
    values : `Dict[str, Any]`
        The file's content.

    # Raises

    `ConfigurationError`
        For an unknown key, a missing one or a value of another form.
    """
    unknown = sorted(values.keys() - KEYS)
    if unknown:
        raise ConfigurationError(f"{where}: {unknown[0]} is an unknown key; expected {', '.join(sorted(KEYS))}")
    configurations, axes = values.get("configurations"), values.get("axes", {})
    if not isinstance(configurations, dict) or not configurations:
        form = "an object such as {random: 'random.jsonnet'}"
        raise ConfigurationError(f"{where}: configurations is {quoted(configurations)}; expected {form}")
    points = _points(where, axes)
    given = [_method(where, name, value) for name, value in configurations.items()]
    methods = [_combined(where, method, point) for method in given for point in points]
    names = [method.name for method in methods]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigurationError(
            f"{where}: two configurations have the name {twice!r}; give the values of an axis names"
        )
    baseline, pairs = values.get("baseline"), values.get("pairs")
    if baseline is not None and baseline not in names:
        raise ConfigurationError(f"{where}: baseline is {quoted(baseline)}; expected one of {', '.join(names)}")
    if pairs is not None and not isinstance(pairs, str):
        raise ConfigurationError(f"{where}: pairs is {quoted(pairs)}; expected text such as 'nte:random,mnlp:random'")
    return Grid(methods, _seeds(where, values.get("seeds")), baseline, pairs)


def _seeds(where: str, seeds: Any) -> str:
    if isinstance(seeds, list) and all(isinstance(seed, int) and not isinstance(seed, bool) for seed in seeds):
        return ",".join(map(str, seeds))
    if not isinstance(seeds, str):
        raise ConfigurationError(f"{where}: seeds is {quoted(seeds)}; expected text such as '1-5', or a list")
    return seeds


def _method(where: str, name: str, value: Any) -> Method:
    """A configuration: the path of its file, or an object with that and overrides."""
    _check_name(where, name)
    block = {"config": value} if isinstance(value, str) else value
    if (
        not isinstance(block, dict)
        or not isinstance(block.get("config"), str)
        or block.keys() - {"config", "overrides"}
    ):
        form = "a path, or {config: 'nte.jsonnet', overrides: {…}}"
        raise ConfigurationError(f"{where}: configurations.{name} is {quoted(value)}; expected {form}")
    overrides = block.get("overrides", {})
    if not isinstance(overrides, dict):
        raise ConfigurationError(f"{where}: configurations.{name}.overrides is {quoted(overrides)}; expected an object")
    _check_no_seed(f"{where}: configurations.{name}.overrides", overrides)
    return Method(name, block["config"], overrides)


def _points(where: str, axes: Any) -> List[Dict[str, Tuple[str, Any]]]:
    """Every combination of the values of all axes, each value with its name."""
    if not isinstance(axes, dict):
        form = "an object such as {'trainer.augmenter.alpha': [4, 8]}"
        raise ConfigurationError(f"{where}: axes is {quoted(axes)}; expected {form}")
    _check_no_seed(f"{where}: axes", axes)
    named = [_named(where, key, values) for key, values in axes.items()]
    return [dict(zip(axes, values, strict=True)) for values in product(*named)]


def _named(where: str, key: str, values: Any) -> List[Tuple[str, Any]]:
    """The values of an axis with their names: those of an object, or the values of a list themselves."""
    if isinstance(values, dict) and values:
        return list(values.items())
    plain = isinstance(values, list) and not any(isinstance(value, (list, dict)) for value in values)
    if not plain or not values:
        form = "a list of numbers and texts, or an object of named values"
        raise ConfigurationError(f"{where}: axes.{key} is {quoted(values)}; expected {form}")
    return [(value if isinstance(value, str) else json.dumps(value), value) for value in values]


def _combined(where: str, method: Method, point: Dict[str, Tuple[str, Any]]) -> Method:
    """A configuration with a value of each axis, which its name ends with."""
    last = [key.split(".")[-1] for key in point]
    short = len(set(last)) == len(last)
    parts = [f"{key.split('.')[-1] if short else key}={name}" for key, (name, _) in point.items()]
    given = {*method.overrides, *flattened(method.overrides)}
    twice = next((key for key in point if key in given), None)
    if twice is not None:
        raise ConfigurationError(f"{where}: configurations.{method.name}.overrides has {twice!r}, and so has axes")
    name = "-".join([method.name, *parts])
    _check_name(where, name)
    return Method(name, method.config, {**method.overrides, **{key: value for key, (_, value) in point.items()}})


def _check_no_seed(where: str, values: Dict[str, Any]) -> None:
    for key in SEEDS:
        if key in values:
            raise ConfigurationError(f"{where} has {key!r}, which 'sweep' sets itself: use seeds")


def _check_name(where: str, name: str) -> None:
    if not NAME.fullmatch(name) or len(name) > 200:
        form = "letters, digits and _.,=+-, as of a folder"
        raise ConfigurationError(f"{where}: the name {quoted(name)} is not possible; expected {form}")
