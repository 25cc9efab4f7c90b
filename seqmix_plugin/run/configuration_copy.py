"""The copy that a run makes of its configuration, by which a changed one is found out."""

from pathlib import Path
from typing import Any, Dict

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import first_line, shortened
from seqmix_plugin.io import json_text
from seqmix_plugin.run.layout import CONFIG, STATE


def configuration_of(path: Path) -> Dict[str, Any]:
    """What a run's `config.json` holds; a `ConfigurationError` when that is no object."""
    try:
        return _object(path)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({first_line(error)})") from error


def _object(path: Path) -> Dict[str, Any]:
    value = json_text.read(path)
    if not isinstance(value, dict):
        raise ValueError("it holds no object")
    return value


def check_copy(path: Path, configuration: Dict[str, Any]) -> None:
    """
    Compares a run's configuration with the copy that the run has made of it: AllenNLP compares the one that it is given
    with `config.json` alone, which somebody may have changed to get past that, or taken from another run. An `extend`
    that was interrupted may have added rounds to one of them.

    # Parameters

    path : `Path`
        The run's `config.json`.
    configuration : `Dict[str, Any]`
        What it holds.

    # Raises

    `ConfigurationError`
        When they differ in more than rounds.
    """
    copy = path.parent / STATE / CONFIG
    try:
        noted = _object(copy)
    except (OSError, ValueError):  # it is written anew; the other one is whole
        return
    ours, theirs = map(_flat, (configuration, noted))
    for key in (key for key in {**ours, **theirs} if key != "trainer.num_rounds" and ours.get(key) != theirs.get(key)):
        value, other = ours.get(key), theirs.get(key)
        if key == "trainer.query_size" and isinstance(value, list) and isinstance(other, list):
            shared = min(len(value), len(other))
            if value[:shared] == other[:shared]:
                continue
        raise ConfigurationError(
            f"{path}: {key} is {shortened(repr(value))}, but {copy} has {shortened(repr(other))}: one of them was "
            f"changed or damaged; put the right file in the other's place"
        )


def _flat(configuration: Dict[str, Any], prefix: str = "") -> Dict[str, Any]:
    """The values by their dotted keys."""
    flat: Dict[str, Any] = {}
    for key, value in configuration.items():
        flat.update(_flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value})
    return flat
