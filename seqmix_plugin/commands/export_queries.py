"""`allennlp export-queries`: questions as an annotation tool imports them."""

import os
from pathlib import Path
from typing import List, Optional, Sequence

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.commands.command import command
from seqmix_plugin.console import show
from seqmix_plugin.formats import AnnotationFormat, labels_of_run, read_questions
from seqmix_plugin.io.folder_guard import own_folder
from seqmix_plugin.run.layout import ANSWER_FILES, CONFIG, RoundFiles


def given_labels(labels: Optional[Sequence[str]], run: Optional[str]) -> Optional[List[str]]:
    """The entity types that `--labels` or `--run` gives, if any; a `ConfigurationError` for both."""
    if labels is not None and run is not None:
        raise ConfigurationError("--labels and --run both give the entity types; expected one of them")
    if run is not None:
        return labels_of_run(run)
    return None if labels is None else list(labels)


def check_output(paths: Sequence[Path], inputs: Sequence[str], force: bool) -> None:
    """Raises a `ConfigurationError` when a file is there already, is an input or can be in no folder."""
    for path in paths:
        run = RoundFiles.run_around(path)
        if run is not None and (run / CONFIG).exists():
            own_folder(run, ANSWER_FILES)
        if (path.exists() and not path.is_file()) or not os.access(path.absolute().parent, os.W_OK | os.X_OK):
            raise ConfigurationError(f"{path}: cannot be written to; expected a file's path in a folder that exists")
        if path.resolve() in [Path(name).resolve() for name in inputs]:
            raise ConfigurationError(f"{path} is an input; choose another --output")
        if path.exists() and not force:
            raise ConfigurationError(f"{path} exists; choose another --output, or --force")


@command("export-queries", letters={"output": "-s", "force": "-f"})
def export_queries(
    queries: str,
    *,
    format: str,
    labels: Optional[Sequence[str]] = None,
    run: Optional[str] = None,
    output: str,
    model_version: str = "",
    force: bool = False,
) -> List[Path]:
    """
    Write questions, with the model's predictions, for an annotation tool.

    # Parameters

    queries : `str`
        The file of questions, questions.jsonl.
    format : `str`
        The annotation tool: columns, doccano, jsonl, label_studio, prodigy, or another registered `AnnotationFormat`.
    labels : `Sequence[str]`, optional (default = `None`)
        The entity types, such as PER LOC, in the order in which the tool shows them.
    run : `str`, optional (default = `None`)
        A run's folder, whose model's entity types are taken in place of --labels.
    output : `str`
        The file to write; some formats write more files beside it.
    model_version : `str`, optional (default = `""`)
        The tool's name for the model; by default the questions' round.
    force : `bool`, optional (default = `False`)
        Replace existing files.

    # Returns

    `List[Path]`
        The files that were written.

    # Raises

    `ConfigurationError`
        Before anything is written: existing files, a mistake in the questions or the labels.
    """
    types = given_labels(labels, run)
    if types is None:
        raise ConfigurationError("--labels or --run is missing; expected the entity types or a run that knows them")
    annotation_format = AnnotationFormat.by_name(format)()
    check_output(annotation_format.paths(Path(output)), [queries], force)
    questions = read_questions(Path(queries))
    written = annotation_format.write(questions, types, Path(output), model_version)
    show(f"wrote {len(questions)} questions to {' and '.join(map(str, written))}")
    return written
