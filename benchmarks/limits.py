"""The stages that are measured on a GPU, and how long each may take there."""

import signal
from contextlib import contextmanager
from types import FrameType
from typing import Iterator, Optional

ON_A_GPU = {"training": 50, "scoring": 40, "perplexity": 30, "experiment": 75, "generation": 20}
"""Seconds of each stage, the most important first: 215 in all, as a GPU is often lent for minutes."""
GRACE = 5
"""Seconds beyond the limit, after which what still runs is interrupted."""


class OverTimeError(Exception):
    """A stage was interrupted."""


@contextmanager
def interrupted_after(seconds: Optional[float]) -> Iterator[None]:
    """Raises an `OverTimeError` in the main thread when the time is over; never with `None`."""
    if seconds is None:
        yield
        return

    def stop(number: int, frame: Optional[FrameType]) -> None:
        raise OverTimeError(f"interrupted after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
