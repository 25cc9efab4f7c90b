"""The abstract tracker."""

from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping, Optional

from allennlp.common import Registrable

from seqmix_plugin.extras import check_extra
from seqmix_plugin.io.stored import Stored

FINISHED, WAITING, FAILED = "finished", "waiting", "failed"
"""How a start of a run ends: with its last round, with questions to annotators, or by an error or an interruption."""


@dataclass(frozen=True)
class TrackedRun:
    """
    A run as its trackers name and describe it.

    # Parameters

    folder : `Path`
        The run's folder.
    experiment : `str`
        The name of the configuration, which the seeds of `repeat` share.
    seed : `int`
        The run's one seed.
    parameters : `Mapping[str, Any]`
        Plain values by dotted keys: the configuration, its hash, and versions.
    """

    folder: Path
    experiment: str
    seed: int
    parameters: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Experiment and seed, which together name the run."""
        return f"{self.experiment}-{self.seed}"


class KeptRun(Stored):
    """What `state/trackers.json` keeps of a tracker's run, so that a resumed run continues it."""

    run_id: Optional[str] = None
    """The tracker's name for it, where it has one."""
    rounds: int = 0
    """How many rounds it has."""


class Tracker(Registrable):
    """
    Writes the rounds of a run elsewhere. It may raise anything but a `ConfigurationError`: the run then continues, and
    the tracker is opened again after the next round. It is called in the primary process alone.
    """

    title: str
    """Its name in warnings."""
    extra: Optional[str] = None
    """The extra of the plugin that it needs."""

    def check(self) -> None:
        """Raises a `ConfigurationError`, before any work, where a package is missing."""
        if self.extra is not None:
            check_extra(self.extra, f"the tracker {self.title}")

    @abstractmethod
    def open(self, run: TrackedRun, kept: KeptRun) -> KeptRun:
        """
        Begins a run of the tracker, or continues one; also after an error in any of these methods.

        # Parameters

        run : `TrackedRun`
            Its name and parameters.
        kept : `KeptRun`
            What an earlier start has kept; without an id and rounds for a new one.

        # Returns

        `KeptRun`
            The tracker's run and the number of rounds that it has: those are not logged again.
        """

    @abstractmethod
    def log(self, number: int, values: Mapping[str, float]) -> None:
        """Writes the values of a round, of which `round` is its number; all of them or none."""

    @abstractmethod
    def close(self, status: str, files: Mapping[str, bytes]) -> None:
        """
        Ends what `open` began; a later start may open it again.

        # Parameters

        status : `str`
            `"finished"`, `"waiting"` or `"failed"`.
        files : `Mapping[str, bytes]`
            The content of files to keep with the run, by their names.
        """
