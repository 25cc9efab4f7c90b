"""Importing this module registers the classes of the plugin and its sub-commands of `allennlp`."""

from seqmix_plugin import (
    active_learning,
    augmenters,
    data,
    formats,
    metrics,
    models,
    optimizers,
    oracles,
    predictors,
    query_policies,
    self_training,
    service,
    stopping,
)
from seqmix_plugin.commands import subcommands
