"""The names of all sub-commands, what each does, and the modules of ours."""

from typing import Dict, NamedTuple


class Entry(NamedTuple):
    """
    A sub-command of ours: the module in this package that defines it, what it does, and whether it needs AllenNLP,
    which takes seconds to import.
    """

    module: str
    summary: str
    needs_allennlp: bool = True


OURS: Dict[str, Entry] = {
    "annotate": Entry("annotate", "Label questions by keyboard in this terminal.", needs_allennlp=False),
    "augment": Entry("augment", "Generate labelled sentences from a labelled file, as JSONL and as columns."),
    "compare": Entry(
        "compare",
        "Compare runs of active learning: learning curves, differences, queries, generated sentences.",
        needs_allennlp=False,
    ),
    "compare-corpora": Entry(
        "compare_corpora",
        "Compare methods over several corpora: one difference and one test for each pair of methods.",
        needs_allennlp=False,
    ),
    "export-hf": Entry("export_hf", "Write a trained tagger as a folder that transformers loads without AllenNLP."),
    "export-queries": Entry(
        "annotation_tools",
        "Write questions, with the model's predictions, for an annotation tool.",
        needs_allennlp=False,
    ),
    "extend": Entry("extend", "Resume a run of active learning with more rounds than its configuration had."),
    "import-annotations": Entry(
        "annotation_tools",
        "Read an annotation tool's export, check it against the questions, and write the answers as JSONL.",
        needs_allennlp=False,
    ),
    "repeat": Entry(
        "repeat",
        "Train an active_learning configuration once per seed, and resume what an earlier call left unfinished.",
    ),
    "serve-queries": Entry(
        "serve_queries", "Serve a run to Label Studio: predictions of its newest model, and a place for annotations."
    ),
    "start": Entry(
        "start",
        "Write the folder of a new project: a configuration for files of your own, "
        "and a README with the next commands.",
        needs_allennlp=False,
    ),
    "sweep": Entry("sweep", "Train several configurations, each once per seed, and compare them."),
}
ALLENNLP = {
    "build-vocab": "Build a vocabulary from an experiment config file.",
    "cached-path": "Cache remote files to the AllenNLP cache.",
    "checklist": "Run a trained model through a checklist suite.",
    "count-instances": "Count the number of training instances in an experiment config file.",
    "diff": "Display a diff between two model checkpoints.",
    "evaluate": "Evaluate the specified model + dataset(s).",
    "find-lr": "Find a learning rate range.",
    "predict": "Use a trained model to make predictions.",
    "print-results": "Print results from allennlp serialization directories to the console.",
    "push-to-hf": "Push a model to the Hugging Face Hub.",
    "test-install": "Test AllenNLP installation.",
    "train": "Train a model.",
}
"""AllenNLP's sub-commands and what it says of them."""
