"""Errors are part of the interface: one line each."""


def first_line(error: BaseException) -> str:
    """What a library's error says in its first line, or its type when it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def error_line(error: BaseException) -> str:
    """An error as the terminal shows it."""
    return "error: " + " ".join(str(error).split())


def shortened(text: str) -> str:
    """A value as an error shows it: so much of it that the error stays one line."""
    return text if len(text) <= 60 else text[:59] + "…"
