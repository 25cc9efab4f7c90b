"""What the terminal shows while several runs are executed."""

from abc import ABC, abstractmethod
from typing import ContextManager, Sequence

from seqmix_plugin.many_runs.back_end import BackEnd
from seqmix_plugin.many_runs.outcome import Outcome


class Display(ABC):
    """Lines, and on a terminal the progress of the runs below them."""

    @abstractmethod
    def live(self) -> ContextManager:
        """Shows the progress while it is open."""

    @abstractmethod
    def show(self, line: str) -> None:
        """Prints a line, which may hold text from files."""

    @abstractmethod
    def update(self, back_end: BackEnd, outcomes: Sequence[Outcome]) -> None:
        """Shows the progress of the runs that are executed now, and those whose outcome is known."""
