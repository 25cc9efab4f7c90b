"""The plugin's classes are found, and its exception is AllenNLP's, although it may be imported before AllenNLP."""

import functools
from importlib import import_module
from typing import Any

from seqmix_plugin.errors import ConfigurationError

PACKAGE = __name__.split(".")[0]
EXTENDED = (
    *("DataLoader", "DatasetReader", "Metric", "Model", "Optimizer", "Predictor", "Subcommand"),
    *("TokenIndexer", "Tokenizer", "TrainModel", "Trainer"),
)
"""AllenNLP's abstract classes of which the plugin registers subclasses."""


def share_exception(checks: Any) -> None:
    """There is one `ConfigurationError`, whichever of the two packages was imported first."""
    checks.ConfigurationError = ConfigurationError


def register_at_look_up(registrable: Any) -> None:
    """The plugin registers its classes when a name is looked up for the first time, not when it is imported."""
    for name in ("resolve_class_name", "list_available"):
        original = getattr(registrable.Registrable, name).__func__
        setattr(registrable.Registrable, name, classmethod(_registering_first(original)))


def _registering_first(original: Any) -> Any:
    @functools.wraps(original)
    def look_up(cls: type, *args: Any) -> Any:
        package = cls.__module__.split(".")[0]
        if package == PACKAGE or (package == "allennlp" and cls.__name__ in EXTENDED):
            import_module(f"{PACKAGE}.registration")
        return original(cls, *args)

    return look_up
