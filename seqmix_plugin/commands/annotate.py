"""`seqmix annotate`: questions labelled by keyboard in a terminal."""

import re
from pathlib import Path
from typing import Dict, List, Literal, NamedTuple, Optional, Sequence

from seqmix_plugin.commands.annotation_tools import check_output, given_labels
from seqmix_plugin.commands.command import command
from seqmix_plugin.console import show
from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.extras import check_extra
from seqmix_plugin.formats import Question, check_labels, labels_of_run, read_questions
from seqmix_plugin.formats.labels import RUN_LABELS, check_predicted
from seqmix_plugin.io.folder_guard import disk_errors, locked, make_folder, own_folder
from seqmix_plugin.reporting.table import Table
from seqmix_plugin.run.layout import ANSWER_FILES, RoundFiles, state_path
from seqmix_plugin.run.round_state import RoundState

_NAME = re.compile(r"\w[\w.@+-]{0,49}")


class Task(NamedTuple):
    """Questions in the order of their file, entity types, the file of answers, and the folder of the run that asks."""

    questions: List[Question]
    labels: List[str]
    output: Path
    run: Optional[Path]


@command("annotate", letters={"output": "-s"}, exit_code=lambda signal: 0 if signal is None else 128 + signal)
def annotate(
    queries: str,
    *,
    labels: Optional[Sequence[str]] = None,
    run: Optional[str] = None,
    output: Optional[str] = None,
    annotator: Optional[str] = None,
    order: Literal["query", "file"] = "query",
) -> Optional[int]:
    """
    Label questions by keyboard in this terminal.

    Shows one question after the other, with the model's prediction. Every sentence is saved; the same command resumes
    where an earlier one ended.

    # Parameters

    queries : `str`
        The file of questions, questions.jsonl, or the folder of a run that waits for labels: its newest round's.
    labels : `Sequence[str]`, optional (default = `None`)
        The entity types, such as PER LOC, in the order of their keys; by default those of the run in whose folder the
        questions are.
    run : `str`, optional (default = `None`)
        Another run's folder, whose model's entity types are taken in place of --labels.
    output : `str`, optional (default = `None`)
        The file of answers, one row per sentence, replaced as a whole after each; by default among the answers of the
        round in whose folder the questions are.
    annotator : `str`, optional (default = `None`)
        The annotator's name.
    order : `Literal["query", "file"]`, optional (default = `"query"`)
        `query`: the highest query score first; `file`: as in the file.

    # Returns

    `Optional[int]`
        The signal that ended the program, if any.

    # Raises

    `ConfigurationError`
        Before anything is shown: no terminal, a mistake in the questions or the labels, a file at `output` that an
        earlier call did not write or that another process has locked. At the end: answers that cannot be saved.
    """
    from seqmix_plugin import annotator as tool  # what draws takes a while to import

    check_extra("annotate", "annotate")
    task = find_task(queries, given_labels(labels, run), output, annotator)
    tool.check_terminal()
    make_folder(task.output.parent)
    with disk_errors(task.output):
        lock = locked(task.output.with_name(f".{task.output.name}.lock"))
    if lock is None:
        raise ConfigurationError(f"{task.output}: another process is at these answers; give --annotator another name")
    with lock:
        file = tool.AnswerFile(task.output, task.questions, task.labels, annotator)
        by_score = sorted(task.questions, key=lambda one: (one.query_score is None, -(one.query_score or 0)))
        session = tool.AnnotationSession(by_score if order == "query" else task.questions, file.load())
        signal = tool.annotate_in_terminal(tool.Keyboard(session, task.labels, file))
    if signal is None:
        _print_end(session.counts(), session.entities(), task)
    return signal


def find_task(queries: str, labels: Optional[Sequence[str]], output: Optional[str], annotator: Optional[str]) -> Task:
    """The arguments of `annotate` resolved; a `ConfigurationError` where they do not fit together."""
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
        known = labels_of_run(str(files.run))
        strange = [label for label in found if label not in known]
        if strange:
            raise ConfigurationError(
                f"labels has {strange[0]!r}, which the run in {files.run} does not know; it has {', '.join(known)}"
            )
    if output is not None or files is None:
        target = Path(output or "")
        check_output([target], [str(path)], force=True)
    else:
        target = files.own_to_write("terminal" if annotator is None else f"terminal-{annotator}")
    return Task(questions, found, target, None if files is None else files.run)


def _check_waits(files: RoundFiles) -> None:
    """Raises a `ConfigurationError` when the newest round has its labels, as new ones would not be used."""
    try:
        state = RoundState.read(state_path(files.run, files.number), files.number)
    except (OSError, ValueError):
        return  # the run itself reports it
    if state.annotated is not None:
        raise ConfigurationError(
            f"{files.run}: round {files.number} has its labels; expected a run that waits for some"
        )


def _print_end(counts: Dict[str, int], entities: Dict[str, int], task: Task) -> None:
    rows = [[f"sentences {status}", f"{number:,}"] for status, number in counts.items()]
    rows += [[f"entities of type {name}", f"{number:,}"] for name, number in entities.items()]
    Table("labelled in this file", ["", "number"], rows).print()
    waiting = counts["open"] + counts["skipped"]
    rest = f"; {waiting:,} sentence(s) without an answer, the same command resumes" if waiting else ""
    show(f"answers are in {task.output}{rest}" if task.output.exists() else f"nothing is labelled{rest}")
    if task.run is not None and counts["answered"] + counts["rejected"]:
        show(f"next: the command of the run in {task.run} again, with --recover")
