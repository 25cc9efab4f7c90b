"""`allennlp export-queries`: questions of a run, or of anybody, as an annotation tool imports them."""

import argparse
from pathlib import Path
from typing import List, Optional, Sequence

from allennlp.commands.subcommand import Subcommand
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.commands.terminal import quiet_terminal
from seqmix_plugin.formats import AnnotationFormat, labels_of_run, read_questions
from seqmix_plugin.io.folder_guard import own_folder
from seqmix_plugin.run.layout import ANSWER_FILES, CONFIG, RoundFiles


@Subcommand.register("export-queries")
class ExportQueriesCommand(Subcommand):
    """
    `allennlp export-queries QUERIES --format label_studio --labels PER LOC --output FILE`. See `export_queries`.

    Registered as a `Subcommand` with name "export-queries".
    """

    def add_subparser(self, parser: argparse._SubParsersAction) -> argparse.ArgumentParser:
        subparser = parser.add_parser(
            self.name,
            description="Write questions, with what the model would say, for an annotation tool.",
            help="Write questions for an annotation tool.",
        )
        add = subparser.add_argument
        add("queries", type=str, help="the file of questions, queries.jsonl")
        add_format(subparser)
        add_labels(subparser, required=True)
        add("-s", "--output", type=str, required=True, help="the file to write")
        add("--model-version", type=str, default="", help="what the tool calls the model; by default the round")
        add("-f", "--force", action="store_true", help="replace files of an earlier call")
        subparser.set_defaults(func=_export_from_args)
        return subparser


def add_format(parser: argparse.ArgumentParser) -> None:
    """The option that names the tool."""
    names = ", ".join(AnnotationFormat.list_available())
    parser.add_argument("--format", type=str, required=True, help=f"the annotation tool: {names}")


def add_labels(parser: argparse.ArgumentParser, required: bool) -> None:
    """The two options that give entity types, of which one may be used."""
    group = parser.add_mutually_exclusive_group(required=required)
    group.add_argument("--labels", nargs="+", metavar="TYPE", help="the entity types, such as PER LOC")
    group.add_argument("--run", metavar="DIR", help="take the entity types that the model of this run knows")


def given_labels(labels: Optional[Sequence[str]], run: Optional[str]) -> Optional[List[str]]:
    """The entity types that one of the two options gives, if any."""
    if run is not None:
        return labels_of_run(run)
    return None if labels is None else list(labels)


def check_output(paths: Sequence[Path], inputs: Sequence[str], force: bool) -> None:
    """Raises a `ConfigurationError` when a file is there already, is an input or can be in no folder."""
    for path in paths:
        run = RoundFiles.run_around(path)
        if run is not None and (run / CONFIG).exists():
            own_folder(run, ANSWER_FILES)
        if path.is_dir() or not path.absolute().parent.is_dir():
            raise ConfigurationError(f"{path}: cannot be written to; expected a file's path in a folder that exists")
        if path.resolve() in [Path(name).resolve() for name in inputs]:
            raise ConfigurationError(f"{path} is an input; choose another --output")
        if path.exists() and not force:
            raise ConfigurationError(f"{path} exists; choose another --output, or --force")


def _export_from_args(args: argparse.Namespace) -> None:
    with quiet_terminal():
        labels = given_labels(args.labels, args.run) or []
        export_queries(args.queries, args.format, labels, args.output, args.model_version, args.force)


def export_queries(
    queries: str, format_name: str, labels: Sequence[str], output: str, model_version: str = "", force: bool = False
) -> List[Path]:
    """
    Writes a file of questions as an annotation tool imports it, and prints what was written.

    # Parameters

    queries : `str`
        The questions; see `read_questions`.
    format_name : `str`
        The registered name of an `AnnotationFormat`.
    labels : `Sequence[str]`
        The entity types, in the order in which the tool shows them.
    output : `str`
        The file to write; some formats write more beside it.
    model_version : `str`, optional (default = `""`)
        What the tool calls the model; by default the questions' round.
    force : `bool`, optional (default = `False`)
        Replace existing files.

    # Returns

    `List[Path]`
        What was written.

    # Raises

    `ConfigurationError`
        Before anything is written: existing files, a mistake in the questions or the labels.
    """
    annotation_format = AnnotationFormat.by_name(format_name)()
    check_output(annotation_format.paths(Path(output)), [queries], force)
    questions = read_questions(Path(queries))
    written = annotation_format.export(questions, labels, Path(output), model_version)
    print(f"wrote {len(questions)} questions to {' and '.join(map(str, written))}")
    return written
