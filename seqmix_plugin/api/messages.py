"""Errors as Python shows them: options of the command line as arguments, and one line in a notebook."""

import functools
import re
from contextlib import contextmanager
from typing import Iterator, List

from seqmix_plugin.errors import ConfigurationError, error_line

PLACES = {" with -s": "", " (-s)": "", "the same command": "the same call"}
"""What errors say of the command line, and what they say here."""
FLAGS = ("recover", "force")


@contextmanager
def python_errors() -> Iterator[None]:
    """A `ConfigurationError` names arguments of Python, and is one line in a notebook, which has its traceback too."""
    try:
        yield
    except ConfigurationError as error:
        error.message = in_python(str(error))
        setattr(error, "_render_traceback_", functools.partial(_lines, error))  # noqa: B010 - IPython's
        raise


def in_python(message: str) -> str:
    """A message with `recover=True` in the place of `--recover`."""
    for of_command, here in PLACES.items():
        message = message.replace(of_command, here)
    return re.sub(r"--([a-z][a-z0-9-]*)", _argument, message)


def _argument(option: "re.Match[str]") -> str:
    name = option[1].replace("-", "_")
    return f"{name}=True" if name in FLAGS else name


def _lines(error: ConfigurationError) -> List[str]:
    return [error_line(error)]
