"""Errors are part of the interface: one line each."""


def first_line(error: BaseException) -> str:
    """What a library's error says in its first line, or its type when it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
