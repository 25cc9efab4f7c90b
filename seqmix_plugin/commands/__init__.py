"""Sub-commands of `allennlp`: to generate sentences without the loop, to repeat runs, and to take a model elsewhere."""

from seqmix_plugin.commands.augment import AugmentCommand
from seqmix_plugin.commands.export_hf import ExportHfCommand
from seqmix_plugin.commands.repeat import RepeatCommand

__all__ = ["AugmentCommand", "ExportHfCommand", "RepeatCommand"]
