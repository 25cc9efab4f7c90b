"""The terminal shows our own lines and warnings; the log file has everything else."""

import logging
from typing import Any, Dict, Sequence

from allennlp.common.checks import ConfigurationError
from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from seqmix_plugin.errors import error_line, printable
from seqmix_plugin.run.layout import NOT_MEASURED
from seqmix_plugin.run.learning_curve import curve_rows

PACKAGE = __name__.split(".")[0]


class _Ours(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.name.split(".")[0] == PACKAGE or record.levelno >= logging.ERROR


class _OneLine(logging.Formatter):
    """A configuration error as one line, without its traceback, and every message without terminal commands."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, ConfigurationError):
            return error_line(error)
        prefix = "warning: " if record.levelno == logging.WARNING else ""
        text = super().format(record) if record.exc_info else prefix + record.getMessage()
        return "\n".join(map(printable, text.split("\n")))


def prepare_console() -> None:
    """Shows only our own messages on the terminal; the log of AllenNLP goes to its file alone."""
    logging.captureWarnings(True)
    for handler in logging.getLogger().handlers:
        if type(handler) is logging.StreamHandler:
            handler.setFormatter(_OneLine())
            handler.addFilter(_Ours())
            logging.raiseExceptions = False  # else each line of a log on a full disk prints a traceback


def show(text: str) -> None:
    """Prints lines that may hold names and words from files; see `printable`."""
    print("\n".join(map(printable, text.split("\n"))), flush=True)


def round_line(record: Dict[str, Any]) -> str:
    """The line that is printed after a round."""
    annotated = record["annotated"]
    parts = [
        f"round {record['round']}: {annotated['sentences']:,} sentences ({annotated['tokens']:,} tokens, "
        f"{annotated['entities']:,} entities) + {record['synthetic_in_training']} generated"
    ]
    measured = [f"{split} F1 {100 * scores['f1']:.2f}" for split, scores in record["scores"].items()]
    parts += measured or [f"F1 {NOT_MEASURED}"]
    return " | ".join([*parts, f"{sum(record['seconds'].values()):.0f} s"])


def print_table(rounds: Sequence[Dict[str, Any]]) -> None:
    """The learning curve as a table."""
    table = Table(title="learning curve", box=SIMPLE, pad_edge=False, padding=(0, 0))  # fits 80 columns
    rows = curve_rows(rounds)
    shown = [name for name in rows[0] if not name.endswith(("precision", "recall"))]  # the file has all
    for name in shown:
        table.add_column(escape(printable(name.replace("_f1", " F1").replace("f1", "F1"))), justify="right")
    for row in rows:
        table.add_row(*(_cell(name, row[name]) for name in shown))
    Console().print(table)


def _cell(name: str, value: Any) -> str:
    if isinstance(value, str):
        return escape(printable(value))
    return f"{100 * value:.2f}" if name.endswith("f1") else f"{value:,.0f}"
