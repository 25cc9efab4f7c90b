"""
Active learning for sequence labelling with SeqMix augmentation, as an AllenNLP plugin.

The classes of the plugin and its sub-commands of `allennlp` are registered when the package is imported; where AllenNLP
is not imported yet, which takes many seconds, as soon as AllenNLP looks up the name of a class. The public names for
Python and notebooks, which docs/python.md describes, are imported when they are used.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, List

from seqmix_plugin.allennlp_gaps import fill_gaps

if TYPE_CHECKING:
    from seqmix_plugin.api.active_learner import ActiveLearner
    from seqmix_plugin.api.comparison import Comparison, compare
    from seqmix_plugin.api.configurations import shipped_configuration
    from seqmix_plugin.api.run import Run
    from seqmix_plugin.api.sentences import sentences_of
    from seqmix_plugin.api.tagger import Tagger
    from seqmix_plugin.api.training import train
    from seqmix_plugin.errors import ConfigurationError

LAZY = {
    "ActiveLearner": "api.active_learner",
    "ConfigurationError": "errors",
    "Comparison": "api.comparison",
    "Run": "api.run",
    "Tagger": "api.tagger",
    "compare": "api.comparison",
    "sentences_of": "api.sentences",
    "shipped_configuration": "api.configurations",
    "train": "api.training",
}
"""The public names, each with its module."""

fill_gaps()
if "allennlp.common.registrable" in sys.modules:
    from seqmix_plugin import registration


def __getattr__(name: str) -> Any:
    if name not in LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{LAZY[name]}"), name)


def __dir__() -> List[str]:
    return sorted({*globals(), *LAZY})
