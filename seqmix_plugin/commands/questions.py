"""What a command asks on a terminal, and what it says where nobody can be asked."""

import sys
from typing import Callable, Optional, TypeVar

from seqmix_plugin.console import show
from seqmix_plugin.errors import ConfigurationError, error_line, printable

T = TypeVar("T")


def is_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def given_or_asked(
    value: Optional[str], option: str, what: str, read: Callable[[str], T], default: Optional[str] = None
) -> T:
    """
    What `read` makes of an option's value, or of the answer where the option was not given. A wrong answer is shown
    with its error, and the question is asked again. Where nobody can be asked it is made of the default; a
    `ConfigurationError` without one.
    """
    if value is None and not is_terminal():
        if default is None:
            raise ConfigurationError(f"--{option} is missing; expected {what}")
        value = default
    if value is not None:
        return read(value)
    while True:
        try:
            return read(_answer(what[0].upper() + what[1:], default) or default or "")
        except ConfigurationError as error:
            show(error_line(error))


def agreed(question: str) -> bool:
    """Whether the answer is yes, which it is by default."""
    return _answer(f"{question} (yes or no)", "yes").lower() in ("", "y", "yes")


def _answer(question: str, default: Optional[str]) -> str:
    """One line; the end of the input is the end of the command, as Ctrl-C."""
    try:
        return input(f"{printable(question)}{f' [{default}]' if default else ''}: ").strip()
    except EOFError as error:
        print()
        raise KeyboardInterrupt from error
