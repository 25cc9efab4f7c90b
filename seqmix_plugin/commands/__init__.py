"""
Sub-commands of `allennlp`: to generate sentences without the loop, to repeat, extend and compare runs, to export them,
to bring questions to annotation tools and answers back, to serve a run to one, and to label in a terminal.
"""

from seqmix_plugin.commands.annotate import AnnotateCommand
from seqmix_plugin.commands.augment import AugmentCommand
from seqmix_plugin.commands.compare import CompareCommand
from seqmix_plugin.commands.export_hf import ExportHfCommand
from seqmix_plugin.commands.export_queries import ExportQueriesCommand
from seqmix_plugin.commands.extend import ExtendCommand
from seqmix_plugin.commands.import_annotations import ImportAnnotationsCommand
from seqmix_plugin.commands.repeat import RepeatCommand
from seqmix_plugin.commands.serve_queries import ServeQueriesCommand

__all__ = [
    "AnnotateCommand",
    "AugmentCommand",
    "CompareCommand",
    "ExportHfCommand",
    "ExportQueriesCommand",
    "ExtendCommand",
    "ImportAnnotationsCommand",
    "RepeatCommand",
    "ServeQueriesCommand",
]
