"""Errors are part of the interface: one line each."""

import re
import traceback

LONGEST_REASON = 600
"""Characters; some libraries print lists of weights or whole stacks."""
DIGITS = re.compile(r"(\d{40})\d{20,}")
"""More than anybody reads; digests have letters."""


def first_line(error: BaseException) -> str:
    """
    What an error of a library says, as one line: its reason may stand in any of its lines. One that says nothing, or
    only a key, is named by its type; a failed assertion also by what it asserts.
    """
    text, kind = " ".join(str(error).split()), type(error).__name__
    if not text and isinstance(error, AssertionError) and error.__traceback__ is not None:
        text = str(traceback.extract_tb(error.__traceback__)[-1].line)
    if not text or isinstance(error, (AssertionError, KeyError)):
        text = f"{kind}: {text}" if text else kind
    return printable(text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 1] + "…")


def error_line(error: BaseException) -> str:
    """An error as the terminal shows it."""
    return "error: " + DIGITS.sub(r"\1…", printable(" ".join(str(error).split())))


def out_of_memory(error: BaseException) -> bool:
    """Whether memory was asked for that cannot be had."""
    wanted = ("can't allocate memory", "Storage size calculation overflowed", "out of memory")
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(words in str(error) for words in wanted)
    )


def printable(text: str) -> str:
    """
    Text of files and configurations as a terminal may be given it: what is no character to look at, such as the escape
    that begins a command to the terminal, stands as Python writes it.
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in text)


def shortened(text: str) -> str:
    """A value as an error shows it: so much of it that the error stays one line."""
    return text if len(text) <= 60 else text[:59] + "…"
