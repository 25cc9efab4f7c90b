"""Errors are part of the interface: one line each."""

import re

DIGITS = re.compile(r"(\d{40})\d{20,}")
"""More than anybody reads; digests have letters."""


def first_line(error: BaseException) -> str:
    """What a library's error says in its first line, or its type when it says nothing."""
    return printable((str(error).strip() or type(error).__name__).splitlines()[0])


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
