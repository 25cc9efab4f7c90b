"""The exception for mistakes of a user, and errors as one printable line each."""

import re
import sys
import traceback
from typing import TYPE_CHECKING, Tuple, Type

if TYPE_CHECKING:
    from allennlp.common.checks import ConfigurationError
elif "allennlp.common.checks" in sys.modules:
    ConfigurationError = sys.modules["allennlp.common.checks"].ConfigurationError
else:

    class ConfigurationError(Exception):
        """
        A mistake of a user in a configuration, a file or an option. It becomes AllenNLP's class of the same name when
        AllenNLP is imported, so that there is only one.
        """

        def __init__(self, message: str) -> None:
            super().__init__()
            self.message = message

        def __str__(self) -> str:
            return self.message

        def __reduce__(self) -> Tuple[Type[Exception], Tuple[str]]:
            return type(self), (self.message,)


LONGEST_REASON = 600
"""Characters; some libraries print lists of weights or whole stacks."""
DIGITS = re.compile(r"(\d{40})\d{20,}")
"""Long runs of digits are cut; digests contain letters."""


def first_line(error: BaseException) -> str:
    """
    A library's error as one line, as its reason may be in any of its lines. An error without a message, or with only a
    key, is named by its type; a failed assertion by the asserted expression as well.
    """
    text, kind = " ".join(str(error).split()), type(error).__name__
    if not text and isinstance(error, AssertionError) and error.__traceback__ is not None:
        text = str(traceback.extract_tb(error.__traceback__)[-1].line)
    if not text or isinstance(error, (AssertionError, KeyError)):
        text = f"{kind}: {text}" if text else kind
    return printable(text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 1] + "…")


def error_line(error: BaseException) -> str:
    """The line that the terminal shows for an error."""
    return "error: " + DIGITS.sub(r"\1…", printable(" ".join(str(error).split())))


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory could not be allocated."""
    wanted = ("can't allocate memory", "Storage size calculation overflowed", "out of memory")
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(words in str(error) for words in wanted)
    )


def printable(text: str) -> str:
    """
    Text from files and configurations, safe to print on a terminal: unprintable characters, such as the escape that
    begins a terminal command, are replaced by their Python escape sequences.
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in text)


def quoted(value: object) -> str:
    """A value in Python's notation, as an error shows it."""
    return shortened(repr(value))


def shortened(text: str) -> str:
    """A value as an error shows it, cut to 60 characters."""
    return text if len(text) <= 60 else text[:59] + "…"
