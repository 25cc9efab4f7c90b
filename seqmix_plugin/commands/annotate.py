"""`allennlp annotate`: questions labelled by keyboard in a terminal."""

import argparse
import re
import sys
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence

from allennlp.commands.subcommand import Subcommand
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.commands.export_queries import add_labels, check_output, given_labels
from seqmix_plugin.commands.terminal import quiet_terminal, show
from seqmix_plugin.extras import check_extra
from seqmix_plugin.formats import Question, check_labels, labels_of_run, read_questions
from seqmix_plugin.formats.labels import RUN_LABELS, check_predicted
from seqmix_plugin.io.folder_guard import disk_errors, locked, make_folder, own_folder
from seqmix_plugin.reporting.tables import Table
from seqmix_plugin.run.layout import ANSWER_FILES, RoundFiles, state_path
from seqmix_plugin.run.records import RoundState

ORDERS = ("query", "file")
_NAME = re.compile(r"\w[\w.@+-]{0,49}")


@Subcommand.register("annotate")
class AnnotateCommand(Subcommand):
    """
    `allennlp annotate RUN`, or `allennlp annotate QUERIES --labels PER LOC -s OUTPUT`. See `annotate`.

    Registered as a `Subcommand` with name "annotate".
    """

    def add_subparser(self, parser: argparse._SubParsersAction) -> argparse.ArgumentParser:
        subparser = parser.add_parser(
            self.name,
            description="Label questions by keyboard in this terminal; every sentence is saved.",
            help="Label questions by keyboard in this terminal.",
        )
        add = subparser.add_argument
        add(
            "queries",
            type=str,
            help="the file of questions, queries.jsonl, or the folder of a run that waits for labels",
        )
        add_labels(subparser, required=False)
        add(
            "-s",
            "--output",
            type=str,
            help="the file of answers; by default with those of the round, in the run's folder",
        )
        add("--annotator", type=str, help="who answers")
        add("--order", choices=ORDERS, default="query", help="the highest query score first, or as in the file")
        subparser.set_defaults(func=_annotate_from_args)
        return subparser


class Task(NamedTuple):
    """
    # Parameters

    questions : `List[Question]`
        As in the file.
    labels : `List[str]`
        The entity types.
    output : `Path`
        The file of answers.
    run : `Path`, optional
        The folder of the run that asks.
    """

    questions: List[Question]
    labels: List[str]
    output: Path
    run: Optional[Path]


def _annotate_from_args(args: argparse.Namespace) -> None:
    with quiet_terminal():
        labels = given_labels(args.labels, args.run)
        signal = annotate(args.queries, labels, args.output, args.annotator, args.order)
    if signal is not None:
        sys.exit(128 + signal)


def annotate(
    queries: str,
    labels: Optional[Sequence[str]] = None,
    output: Optional[str] = None,
    annotator: Optional[str] = None,
    order: str = "query",
) -> Optional[int]:
    """
    Shows questions one after the other in the terminal, with what the model would say, and takes labels by keyboard.
    Goes on with what an earlier call has left.

    # Parameters

    queries : `str`
        The questions, see `read_questions`; or the folder of a run, whose newest round's they are.
    labels : `Sequence[str]`, optional (default = `None`)
        The entity types, in the order of their keys; by default those that the run knows in whose folder the questions
        lie.
    output : `str`, optional (default = `None`)
        The file of answers, one row a sentence, replaced as a whole after each; by default among the answers of the
        round in whose folder the questions lie.
    annotator : `str`, optional (default = `None`)
        Who answers.
    order : `str`, optional (default = `"query"`)
        `query`: the highest query score first; `file`: as in the file.

    # Returns

    `Optional[int]`
        The signal that ended it, if one did.

    # Raises

    `ConfigurationError`
        Before anything is shown: no terminal, a mistake in the questions or the labels, a file at `output` that is not
        of an earlier call, another process that is at it. At the end: answers that cannot be saved.
    """
    from seqmix_plugin import annotator as tool  # what draws takes a while to import

    check_extra("annotate", "annotate")
    task = find_task(queries, labels, output, annotator)
    tool.check_terminal()
    make_folder(task.output.parent)
    with disk_errors(task.output):
        lock = locked(task.output.with_name(f".{task.output.name}.lock"))
    if lock is None:
        raise ConfigurationError(f"{task.output}: another process is at these answers; give --annotator another name")
    with lock:
        file = tool.AnswerFile(task.output, task.questions, task.labels, annotator)
        session = tool.AnnotationSession(_ordered(task.questions, order), file.load())
        signal = tool.annotate_in_terminal(tool.Controller(session, task.labels, file))
    if signal is None:
        _print_end(session.ledger.counts(), session.ledger.entities(), task)
    return signal


def find_task(queries: str, labels: Optional[Sequence[str]], output: Optional[str], annotator: Optional[str]) -> Task:
    """What the arguments of `annotate` stand for; a `ConfigurationError` when that is nothing that can be done."""
    if annotator is not None and not _NAME.fullmatch(annotator):
        raise ConfigurationError(
            f"--annotator is {annotator!r}; expected up to 50 letters, digits and . _ @ + -, a letter or digit first"
        )
    path = Path(queries)
    files = RoundFiles.newest(path) if path.is_dir() else RoundFiles.around(path)
    if files is not None:
        own_folder(files.run, ANSWER_FILES)
    if files is not None and path.is_dir():
        _check_waits(files)
        path = files.questions
    questions = read_questions(path)
    if files is None and (labels is None or output is None):
        missing = "--labels or --run" if labels is None else "--output"
        raise ConfigurationError(f"{path}: {missing} is missing; it may be left out for questions in a run's folder")
    found = labels_of_run(str(files.run)) if labels is None and files is not None else list(labels or ())
    check_labels(found)
    check_predicted(questions, found)
    if files is not None and (files.run / RUN_LABELS).exists():
        _check_known(found, labels_of_run(str(files.run)), files.run)
    if output is not None or files is None:
        target = Path(output or "")
        check_output([target], [str(path)], force=True)
    else:
        target = files.own_to_write("terminal" if annotator is None else f"terminal-{annotator}")
    return Task(questions, found, target, None if files is None else files.run)


def _check_waits(files: RoundFiles) -> None:
    """A `ConfigurationError` when the newest round has its labels: those that are given now would be for nothing."""
    try:
        state = RoundState.read(state_path(files.run, files.number), files.number)
    except (OSError, ValueError):
        return  # the run itself will say so
    if state.annotated is not None:
        raise ConfigurationError(
            f"{files.run}: round {files.number} has its labels; expected a run that waits for some"
        )


def _check_known(labels: Sequence[str], known: Sequence[str], run: Path) -> None:
    strange = [label for label in labels if label not in known]
    if strange:
        raise ConfigurationError(
            f"labels has {strange[0]!r}, which the run in {run} does not know; it has {', '.join(known)}"
        )


def _ordered(questions: Sequence[Question], order: str) -> List[Question]:
    if order == "file":
        return list(questions)
    return sorted(questions, key=lambda question: (question.query_score is None, -(question.query_score or 0)))


def _print_end(counts: Dict[str, int], entities: Dict[str, int], task: Task) -> None:
    rows = [[f"sentences {status}", f"{number:,}"] for status, number in counts.items()]
    rows += [[f"entities of type {name}", f"{number:,}"] for name, number in entities.items()]
    Table("labelled in this file", ["", "number"], rows).print()
    waiting = counts["open"] + counts["skipped"]
    rest = f"; {waiting:,} sentence(s) without an answer, the same command goes on" if waiting else ""
    show(f"answers are in {task.output}{rest}" if task.output.exists() else f"nothing is labelled{rest}")
    if task.run is not None and counts["answered"] + counts["rejected"]:
        show(f"next: the command of the run in {task.run} again, with --recover")
