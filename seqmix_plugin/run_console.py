"""What the terminal shows of a run: a line per round, the learning curve, and failures in one line."""

import logging
import sys
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Dict, Iterator, Sequence, Type

import torch.distributed as dist
from allennlp.common.util import SigTermReceived, is_distributed
from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Table

from seqmix_plugin.annotation_cost import in_words
from seqmix_plugin.console import table_console
from seqmix_plugin.distributed import is_primary
from seqmix_plugin.errors import ConfigurationError, error_line, first_line, out_of_memory, printable
from seqmix_plugin.io.folder_guard import check_own
from seqmix_plugin.run.layout import NOT_MEASURED
from seqmix_plugin.run.learning_curve import curve_rows

logger = logging.getLogger(__name__)

COST, TIME = "annotation_seconds", "to annotate"
"""What annotations cost, as the curve has it and as the table shows it."""
RESUME = "the same command with --recover resumes the run"


def round_line(record: Dict[str, Any]) -> str:
    """The line that is printed after a round."""
    annotated = record["annotated"]
    parts = [
        f"round {record['round']}: {annotated['sentences']:,} sentences ({annotated['tokens']:,} tokens, "
        f"{annotated['entities']:,} entities, {in_words(record['annotation_seconds'])} to annotate) + "
        f"{record['synthetic_in_training']} generated"
    ]
    measured = [f"{split} F1 {100 * scores['f1']:.2f}" for split, scores in record["scores"].items()]
    parts += measured or [f"F1 {NOT_MEASURED}"]
    if "pseudo_labelled" in record:
        parts.append(f"pseudo-labelled: {record['pseudo_labelled']:,}")
    if record.get("retries"):
        parts.append(f"retries: {record['retries']}")
    if record.get("collapsed"):
        parts.append("collapsed: F1 near 0 on its own labels")
    return " | ".join([*parts, f"{sum(record['seconds'].values()):.0f} s"])


def print_table(rounds: Sequence[Dict[str, Any]]) -> None:
    """The learning curve as a table."""
    table = Table(title="learning curve", box=SIMPLE, pad_edge=False, padding=(0, 0))  # fits 80 columns
    rows = curve_rows(rounds)
    shown = [name for name in rows[0] if not name.endswith(("precision", "recall"))]  # the file has all
    for name in shown:
        title = TIME if name == COST else name.replace("_f1", " F1").replace("f1", "F1")
        table.add_column(escape(printable(title)), justify="right")
    for row in rows:
        table.add_row(*(_cell(name, row[name]) for name in shown))
    table_console().print(table)


def _cell(name: str, value: Any) -> str:
    if isinstance(value, str):
        return escape(printable(value))
    if name == COST:
        return in_words(value)
    return f"{100 * value:.2f}" if name.endswith("f1") else f"{value:,.0f}"


@contextmanager
def one_line_failures(resume: str = RESUME) -> Iterator[None]:
    """
    Reports in one line what ends a run from outside: Ctrl-C and SIGTERM, a full disk, too little memory, the end of
    another process of a distributed run. None of them loses what is on the disk; `resume` says how to go on.
    """
    try:
        yield
    except (KeyboardInterrupt, SigTermReceived):
        logger.warning(f"interrupted; {resume}")
        sys.excepthook = one_line_excepthook
        raise
    except OSError as error:
        check_own()
        place = f"{error.filename}: " if error.filename else ""
        raise ConfigurationError(f"{place}{error.strerror or first_line(error)}; {resume}") from error
    except (RuntimeError, MemoryError) as error:
        text = str(error)
        if out_of_memory(error):
            raise ConfigurationError(f"not enough memory ({first_line(error)}); {resume}") from error
        if "PytorchStreamWriter" in text or "inline_container" in text:  # torch's, of a checkpoint
            raise ConfigurationError(f"weights cannot be written ({first_line(error)}); {resume}") from error
        if not is_distributed() or not ("gloo" in text or isinstance(error, dist.DistError)):
            raise
        ended = ConfigurationError(f"another process of this run has ended ({first_line(error)}); {resume}")
        if not is_primary():  # only the primary process shows its log
            print(error_line(ended), file=sys.stderr, flush=True)
        raise ended from error


def one_line_excepthook(kind: Type[BaseException], error: BaseException, traceback: "TracebackType | None") -> None:
    """
    For `sys.excepthook`: an error of the configuration, or that it is not there, as one line; nothing for an
    interruption, which has been reported.
    """
    if isinstance(error, (ConfigurationError, FileNotFoundError)):
        print(error_line(error), file=sys.stderr)
    elif not isinstance(error, (KeyboardInterrupt, SigTermReceived)):
        sys.__excepthook__(kind, error, traceback)
