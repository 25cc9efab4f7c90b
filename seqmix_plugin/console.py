"""The terminal shows our own lines and warnings; the log file has everything else."""

import logging
import sys
from typing import TYPE_CHECKING, Optional, TextIO

from seqmix_plugin.errors import ConfigurationError, error_line, printable

if TYPE_CHECKING:
    from rich.console import Console

PACKAGE = __name__.split(".")[0]
LONGEST_LINE = 10_000
"""Characters of a line of a table that is printed elsewhere than on a terminal."""


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
    """
    Shows only our own messages on the terminal, warnings and errors on standard error; the log of AllenNLP goes to its
    file alone.
    """
    logging.captureWarnings(True)
    for handler in logging.getLogger().handlers:
        if type(handler) is logging.StreamHandler:
            handler.setFormatter(_OneLine())
            handler.addFilter(lambda one: one.name.split(".")[0] == PACKAGE or one.levelno >= logging.ERROR)
            if handler.stream is sys.stdout:
                handler.addFilter(lambda one: one.levelno < logging.WARNING)
            handler.setLevel(min(handler.level, logging.WARNING))  # AllenNLP has one for standard error from ERROR on
            logging.raiseExceptions = False  # else each line of a log on a full disk prints a traceback


def show(text: str) -> None:
    """Prints lines that may hold names and words from files; see `printable`."""
    print("\n".join(map(printable, text.split("\n"))), flush=True)


def table_console(file: Optional[TextIO] = None) -> "Console":
    """Prints tables that are as wide as the terminal or, in a file or a pipe, as wide as they need."""
    from rich.console import Console

    console = Console(file=file)
    return console if console.is_terminal else Console(file=file, width=LONGEST_LINE)
