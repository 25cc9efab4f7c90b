"""How our sub-commands end, and what they show."""

import sys
from contextlib import contextmanager
from typing import Iterator

from allennlp.common.checks import ConfigurationError

from seqmix_plugin.console import prepare_console
from seqmix_plugin.errors import error_line, first_line, out_of_memory, printable


@contextmanager
def quiet_terminal(after_interrupt: str = "nothing was written") -> Iterator[None]:
    """
    Only our own messages are shown; a mistake is one line and exit code 1, Ctrl-C one line and exit code 130.

    # Parameters

    after_interrupt : `str`, optional (default = `"nothing was written"`)
        What the line says of Ctrl-C.
    """
    prepare_console()
    try:
        yield
    except ConfigurationError as error:
        print(error_line(error), file=sys.stderr)
        sys.exit(1)
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        print(error_line(ConfigurationError(f"not enough memory ({first_line(error)})")), file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print(f"interrupted: {after_interrupt}", file=sys.stderr)
        sys.exit(130)


def show(text: str) -> None:
    """Prints lines in which names and words of files may stand."""
    print("\n".join(map(printable, text.split("\n"))))
