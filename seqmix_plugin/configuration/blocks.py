"""A configuration file as plain data, for those who need only some of its blocks."""

import os
from typing import Any, Dict

from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from allennlp.data import DatasetReader
from allennlp.models import Model

from seqmix_plugin.augmenters import Augmenter
from seqmix_plugin.configuration.checks import at
from seqmix_plugin.configuration.constructors import check_value
from seqmix_plugin.errors import first_line


def read_blocks(config: str, overrides: str) -> Dict[str, Any]:
    """The configuration as plain data, of which reader, model and augmenter are checked."""
    if os.path.isdir(config):  # Jsonnet would end the process
        raise ConfigurationError(f"{config} is a folder; expected a configuration file")
    try:
        blocks = Params.from_file(config, overrides).as_dict(quiet=True)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError is Jsonnet's
        raise ConfigurationError(f"{config}: the configuration cannot be read ({first_line(error)})") from error
    for key in ("dataset_reader", "model"):
        if not isinstance(blocks.get(key), dict):
            raise ConfigurationError(f"{config}: the configuration has no {key!r}")
    for path, kind in (("dataset_reader", DatasetReader), ("model", Model), ("trainer.augmenter", Augmenter)):
        if at(blocks, path) is not None:
            check_value(path, kind, at(blocks, path))
    return blocks
