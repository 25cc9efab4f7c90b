"""Progress bars vanish when they are full: on a terminal and in a notebook; elsewhere only the log file has them."""

import sys
import time
from typing import Any, Iterable, Optional, TypeVar

from allennlp.common import logging as allennlp_logging
from allennlp.common import tqdm as allennlp_tqdm

from seqmix_plugin.distributed import is_primary

T = TypeVar("T")

LOG_INTERVAL = 10.0
"""Seconds between two states of a bar in the log file."""
LINE_UP = "\x1b[A"
"""What tqdm writes after a bar below another one."""
OF_NOTEBOOKS = "ipykernel.iostream"
"""The module of standard output in a notebook, where a line can be overwritten, but not the one above it."""


def progress_bar(items: Optional[Iterable[T]] = None, **settings: Any) -> Any:
    """A bar of tqdm's, shown by the primary process alone, that vanishes when it is full."""
    return allennlp_tqdm.Tqdm.tqdm(items, leave=False, disable=not is_primary(), file=BarWriter(), **settings)


class BarWriter:
    """
    What tqdm writes a bar to, in place of AllenNLP's class: the terminal or the notebook, and the log file every ten
    seconds. Where standard output or standard error is no terminal, nothing is shown, or whole lines with
    `--file-friendly-logging`.
    """

    def __init__(self) -> None:
        self._logged = 0.0

    def write(self, text: str) -> None:
        """A state of the bar, or the movements of the cursor before and after it."""
        state = text.replace(LINE_UP, "").strip()
        if allennlp_logging.FILE_FRIENDLY_LOGGING:
            sys.stderr.write(f"{state}\n" if state else "")
        elif sys.stdout.isatty() and sys.stderr.isatty():
            sys.stderr.write(text)
        elif type(sys.stdout).__module__ == OF_NOTEBOOKS:
            sys.stdout.write(text.replace(LINE_UP, "").replace("\n", ""))
        if state and (time.time() - self._logged >= LOG_INTERVAL or "100%" in state):
            allennlp_tqdm.logger.info(state)
            self._logged = time.time()

    def flush(self) -> None:
        """Of the terminal."""
        sys.stderr.flush()
