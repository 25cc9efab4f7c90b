"""The copy that a run makes of its configuration, by which a changed one is found out."""

from pathlib import Path
from typing import Any, Dict

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import shortened
from seqmix_plugin.io.json_text import read_object
from seqmix_plugin.run.layout import CONFIG, STATE


def check_copy(path: Path, configuration: Dict[str, Any]) -> None:
    """
    Compares a run's configuration with the copy in `state/`: AllenNLP compares the one that it is given with
    `config.json` alone, which may have been edited or taken from another run. A `ConfigurationError` when they differ
    in more than rounds, which an interrupted `extend` may have added to one of them.
    """
    copy = path.parent / STATE / CONFIG
    try:
        noted = read_object(copy)
    except ConfigurationError:  # it is written anew; the other one is whole
        return
    ours, theirs = map(flattened, (configuration, noted))
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


def flattened(configuration: Dict[str, Any], prefix: str = "") -> Dict[str, Any]:
    """The values by their dotted keys; lists and empty objects stay whole."""
    flat: Dict[str, Any] = {}
    for key, value in configuration.items():
        nested = isinstance(value, dict) and value
        flat |= flattened(value, f"{prefix}{key}.") if nested else {f"{prefix}{key}": value}
    return flat
