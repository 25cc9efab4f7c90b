"""`seqmix export-queries` and `seqmix import-annotations`: questions and answers in annotation tools' files."""

import os
from collections import Counter
from pathlib import Path
from typing import List, Literal, Optional, Sequence

from seqmix_plugin.commands.command import command
from seqmix_plugin.commands.given_types import check_given_types
from seqmix_plugin.console import show
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.formats import AnnotationFormat, Answers, ReadSettings, labels_of_run, read_questions, write_answers
from seqmix_plugin.io.folder_guard import own_folder
from seqmix_plugin.reporting.table import Table
from seqmix_plugin.run.layout import ANSWER_FILES, CONFIG, OWN, RoundFiles

MOST_LINES = 50
"""The number of problems, and of warnings, that are shown."""


def given_labels(labels: Optional[Sequence[str]], run: Optional[str]) -> Optional[List[str]]:
    """The entity types that `--labels` or `--run` gives, if any; a `ConfigurationError` for both, or for no types."""
    if labels is not None and run is not None:
        raise ConfigurationError("--labels and --run both give the entity types; expected one of them")
    if run is not None:
        return labels_of_run(run)
    check_given_types(labels or ())
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


@command("import-annotations", letters={"output": "-s", "force": "-f"})
def import_annotations(
    file: str,
    *,
    format: str,
    queries: str,
    labels: Optional[Sequence[str]] = None,
    run: Optional[str] = None,
    output: Optional[str] = None,
    annotators: Literal["first", "majority", "error"] = "first",
    snap: bool = False,
    skip_problems: bool = False,
    dry_run: bool = False,
    force: bool = False,
) -> Answers:
    """
    Read an annotation tool's export, check it against the questions, and write the answers as JSONL.

    Prints how many answers there are of each kind, and their problems. The rows of the file are `id`, `tokens`, `tags`
    in the order of the questions. A file whose name ends in `.answers.jsonl`, as those in a run's folder do, also has
    the rejected sentences.

    # Parameters

    file : `str`
        The file that the tool exported.
    format : `str`
        The annotation tool: columns, doccano, jsonl, label_studio, prodigy, or another registered `AnnotationFormat`.
    queries : `str`
        The file of questions, questions.jsonl.
    labels : `Sequence[str]`, optional (default = `None`)
        The entity types, such as PER LOC; any other is a problem. Without them all types are taken.
    run : `str`, optional (default = `None`)
        A run's folder, whose model's entity types are taken in place of --labels.
    output : `str`, optional (default = `None`)
        The file of answers to write; required without --dry-run.
    annotators : `Literal["first", "majority", "error"]`, optional (default = `"first"`)
        The rule by which the labels of several annotators become one.
    snap : `bool`, optional (default = `False`)
        Widen spans that cut words to whole words.
    skip_problems : `bool`, optional (default = `False`)
        Leave out annotations with problems and write the rest.
    dry_run : `bool`, optional (default = `False`)
        Print the report only; write nothing.
    force : `bool`, optional (default = `False`)
        Replace an existing file.

    # Returns

    `Answers`

    # Raises

    `ConfigurationError`
        Before anything is written: an existing file, a file of another kind, problems that are not to be skipped, no
        answer at all.
    """
    if output is None and not dry_run:
        raise ConfigurationError("--output is missing; expected the file to write, or --dry-run")
    target = None if dry_run else output
    types = given_labels(labels, run)
    annotation_format = AnnotationFormat.by_name(format)()
    if target is not None:
        check_output([Path(target)], [file, queries], force)
    questions = read_questions(Path(queries))
    answers = annotation_format.read(Path(file), questions, types, ReadSettings(annotators, snap))
    _print(file, answers)
    nothing = "" if target is None else "; nothing was written"
    if answers.problems and not skip_problems:
        number = len(answers.problems)
        raise ConfigurationError(
            f"{file}: {number} problem(s){nothing}; correct them, or leave them out with --skip-problems"
        )
    if target is not None:
        if not answers.answers:
            raise ConfigurationError(f"{file}: no answer to any of {len(questions)} questions{nothing}")
        rejected = answers.rejected if target.endswith(OWN) else []  # for a run, not for training on the file
        write_answers(Path(target), [*answers.answers, *rejected], questions)
        show(f"wrote {len(answers.answers)} answers to {target}")
    return answers


def _print(file: str, answers: Answers) -> None:
    rows = [[name, f"{number:,}"] for name, number in answers.counts().items()]
    types = Counter(tag[2:] for answer in answers.answers for tag in answer.tags or () if tag[0] == "B")
    rows += [[f"entities of type {name}", f"{types[name]:,}"] for name in sorted(types)]
    Table(f"answers in {Path(file).name}", ["", "number"], rows).print()
    for name, lines in (("warning", answers.warnings), ("problem", answers.problems)):
        for line in lines[:MOST_LINES]:
            show(f"{name}: {line}")
        if len(lines) > MOST_LINES:
            print(f"{name}: and {len(lines) - MOST_LINES:,} more")
