"""Sub-commands of `allennlp`: to generate sentences without the loop, and to take a model elsewhere."""

from seqmix_plugin.commands.augment import AugmentCommand
from seqmix_plugin.commands.export_hf import ExportHfCommand

__all__ = ["AugmentCommand", "ExportHfCommand"]
