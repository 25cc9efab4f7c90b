"""Where several runs are executed."""

from abc import ABC, abstractmethod
from typing import Callable, List, Optional

from seqmix_plugin.many_runs.outcome import Outcome
from seqmix_plugin.many_runs.planned_run import PlannedRun


class BackEnd(ABC):
    """Starts runs, and says what became of them; used by `run_all`, in one thread."""

    running: List[PlannedRun]
    """The runs that were started and have not ended."""

    @abstractmethod
    def has_room(self) -> bool:
        """Whether another run may be started now."""

    @abstractmethod
    def start(self, run: PlannedRun, show: Callable[[str], None]) -> Optional[Outcome]:
        """Starts a run and returns `None`, or its outcome where it is not to be started; `show` prints a line."""

    @abstractmethod
    def ended(self, show: Callable[[str], None]) -> List[Outcome]:
        """The outcomes of the runs that have ended since the last call."""

    @abstractmethod
    def end(self) -> None:
        """Ends all runs, with every process that they started."""

    def node(self, run: PlannedRun) -> Optional[str]:
        """The machine on which a run is executed: empty for this one, and `None` for a run that waits for one."""
        return ""
