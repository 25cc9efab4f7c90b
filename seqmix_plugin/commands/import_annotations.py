"""`allennlp import-annotations`: what annotators said, checked against what was asked."""

import argparse
from collections import Counter
from pathlib import Path
from typing import Optional, Sequence

from allennlp.commands.subcommand import Subcommand
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.commands.export_queries import add_format, add_labels, check_output, given_labels
from seqmix_plugin.commands.terminal import quiet_terminal
from seqmix_plugin.formats import AnnotationFormat, Answers, ReadSettings, read_questions, write_answers
from seqmix_plugin.formats.answers import RULES
from seqmix_plugin.reporting.tables import Table
from seqmix_plugin.run.layout import OWN

MOST_LINES = 50
"""So many problems, and warnings, are shown."""


@Subcommand.register("import-annotations")
class ImportAnnotationsCommand(Subcommand):
    """
    `allennlp import-annotations FILE --format label_studio --queries QUERIES --output FILE`. See `import_annotations`.

    Registered as a `Subcommand` with name "import-annotations".
    """

    def add_subparser(self, parser: argparse._SubParsersAction) -> argparse.ArgumentParser:
        subparser = parser.add_parser(
            self.name,
            description="Read what annotators said in a tool, check it against the questions, write it as JSONL.",
            help="Read what annotators said in a tool.",
        )
        add = subparser.add_argument
        add("file", type=str, help="what the tool exported")
        add_format(subparser)
        add("--queries", type=str, required=True, help="the file of questions, queries.jsonl")
        add_labels(subparser, required=False)
        add("-s", "--output", type=str, help="the file of answers to write; needed without --dry-run")
        add("--annotators", choices=RULES, default="first", help="whose labels count, of several")
        add("--snap", action="store_true", help="widen spans that cut words to whole words")
        add("--skip-problems", action="store_true", help="leave out what has a problem and write the rest")
        add("--dry-run", action="store_true", help="report only, write nothing")
        add("-f", "--force", action="store_true", help="replace a file of an earlier call")
        subparser.set_defaults(func=_import_from_args)
        return subparser


def _import_from_args(args: argparse.Namespace) -> None:
    with quiet_terminal():
        if args.output is None and not args.dry_run:
            raise ConfigurationError("--output is missing; expected the file to write, or --dry-run")
        import_annotations(
            args.file,
            args.format,
            args.queries,
            None if args.dry_run else args.output,
            labels=given_labels(args.labels, args.run),
            settings=ReadSettings(args.annotators, args.snap),
            skip_problems=args.skip_problems,
            force=args.force,
        )


def import_annotations(
    file: str,
    format_name: str,
    queries: str,
    output: Optional[str] = None,
    labels: Optional[Sequence[str]] = None,
    settings: Optional[ReadSettings] = None,
    skip_problems: bool = False,
    force: bool = False,
) -> Answers:
    """
    Reads the answers to a file of questions from an annotation tool's export, prints how many there are of each kind
    and what is wrong with them, and writes them as rows `id`, `tokens`, `tags` in the order of the questions; to a file
    whose name ends in `.answers.jsonl`, as a run's are called, also what was rejected.

    # Parameters

    file : `str`
        What the tool exported.
    format_name : `str`
        The registered name of an `AnnotationFormat`.
    queries : `str`
        The questions; see `read_questions`.
    output : `str`, optional (default = `None`)
        The file to write; by default none, only the report is printed.
    labels : `Sequence[str]`, optional (default = `None`)
        The entity types; any other is a problem. Without them any type is taken.
    settings : `ReadSettings`, optional (default = `None`)
        What to do about cut words and several annotators.
    skip_problems : `bool`, optional (default = `False`)
        Leave out what has a problem and write the rest.
    force : `bool`, optional (default = `False`)
        Replace an existing file.

    # Returns

    `Answers`

    # Raises

    `ConfigurationError`
        Before anything is written: an existing file, a file of another kind, problems that are not to be skipped, no
        answer at all.
    """
    annotation_format = AnnotationFormat.by_name(format_name)()
    if output is not None:
        check_output([Path(output)], [file, queries], force)
    questions = read_questions(Path(queries))
    answers = annotation_format.read(Path(file), questions, labels, settings)
    _print(file, answers)
    nothing = "" if output is None else "; nothing was written"
    if answers.problems and not skip_problems:
        number = len(answers.problems)
        raise ConfigurationError(
            f"{file}: {number} problem(s){nothing}; correct them, or leave them out with --skip-problems"
        )
    if output is not None:
        if not answers.answers:
            raise ConfigurationError(f"{file}: no answer to any of {len(questions)} questions{nothing}")
        rejected = answers.rejected if output.endswith(OWN) else []  # a run has to know; who trains on the file has not
        write_answers(Path(output), [*answers.answers, *rejected], questions)
        print(f"wrote {len(answers.answers)} answers to {output}")
    return answers


def _print(file: str, answers: Answers) -> None:
    rows = [[name, f"{number:,}"] for name, number in answers.counts().items()]
    types = Counter(tag[2:] for answer in answers.answers for tag in answer.tags or () if tag[0] == "B")
    rows += [[f"entities of type {name}", f"{types[name]:,}"] for name in sorted(types)]
    Table(f"answers in {Path(file).name}", ["", "number"], rows).print()
    for name, lines in (("warning", answers.warnings), ("problem", answers.problems)):
        for line in lines[:MOST_LINES]:
            print(f"{name}: {line}")
        if len(lines) > MOST_LINES:
            print(f"{name}: and {len(lines) - MOST_LINES:,} more")
