"""
Sub-commands of `allennlp`: start a project; generate sentences without the loop; repeat, extend and compare runs;
export a run; exchange questions and answers with annotation tools; label in a terminal. Importing the package registers
them.
"""

from seqmix_plugin.commands import (
    annotate,
    annotation_tools,
    augment,
    compare,
    export_hf,
    extend,
    repeat,
    serve_queries,
    start,
)
