"""The trackers of one run."""

import json
import logging
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Type

from allennlp.common.util import SigTermReceived
from pydantic import Field, ValidationError

from seqmix_plugin.distributed import is_primary
from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.io import json_text
from seqmix_plugin.io.atomic import write_text
from seqmix_plugin.io.stored import Stored
from seqmix_plugin.run.layout import CONFIG, ENVIRONMENT, METRICS, PICTURE, STATE, TRACKERS
from seqmix_plugin.run.names import experiment_name
from seqmix_plugin.trackers.tracker import FAILED, KeptRun, TrackedRun, Tracker
from seqmix_plugin.trackers.values import round_values, run_parameters

logger = logging.getLogger(__name__)

LONGEST_REASON = 250
"""Characters of the warning of a tracker that fails; those of databases and servers are long."""


class _KeptRuns(Stored):
    trackers: List[KeptRun] = Field(default=[])


class _Followed:
    """A tracker with what is kept of its run."""

    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker
        self.kept = KeptRun()
        self.is_open = False
        self.has_failed = False


class RunTrackers:
    """
    Gives the rounds of a run to its trackers, in the primary process. `state/trackers.json` has the run of each tracker
    and the number of its rounds: a resumed run continues it, and logs what an earlier start could not. A tracker that
    fails is warned of once, and tried again after each round and at the end.

    # Parameters

    trackers : `Sequence[Tracker]`
        The run's trackers, which may be none.
    folder : `Path`
        The run's folder.

    # Raises

    `ConfigurationError`
        When a package is missing that a tracker needs.
    """

    def __init__(self, trackers: Sequence[Tracker], folder: Path) -> None:
        for tracker in trackers:
            tracker.check()
        self._folder = folder
        self._followed = [_Followed(tracker) for tracker in trackers] if is_primary() else []
        self._run: Optional[TrackedRun] = None
        self._rounds: Sequence[Dict[str, Any]] = []
        self._metrics: Dict[str, Any] = {"status": FAILED}

    def log(self, rounds: Sequence[Dict[str, Any]]) -> None:
        """Gives each tracker those of a run's records, from round 0 on, that it does not have yet."""
        if self._followed and self._run is None:
            self._begin()
        self._rounds = rounds
        for one in self._followed:
            with self._warning_of(one):
                self._catch_up(one)

    def closing_with(self, metrics: Dict[str, Any]) -> Dict[str, Any]:
        """The content of `metrics.json` itself, with which the trackers are closed; without, the run has failed."""
        self._metrics = metrics
        return metrics

    def __enter__(self) -> "RunTrackers":
        self._metrics = {"status": FAILED}
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> None:
        status, files = self._metrics["status"], self._files()
        for one in self._followed:
            with self._warning_of(one):
                if one.has_failed and status != FAILED:  # else it would look as if the run went on
                    self._catch_up(one)
                if one.is_open:
                    one.is_open = False  # a run that waits in this process opens it again
                    one.tracker.close(status, files)

    def _files(self) -> Mapping[str, bytes]:
        """The files that trackers keep: none of a run that has failed."""
        if self._metrics["status"] == FAILED:
            return {}
        picture = self._folder / PICTURE
        files = {METRICS: json.dumps(self._metrics, indent=2).encode()}
        return {**files, PICTURE: picture.read_bytes()} if picture.exists() else files

    def _begin(self) -> None:
        configuration, environment = (_read_object(self._folder / name) for name in (CONFIG, ENVIRONMENT))
        self._run = TrackedRun(
            folder=self._folder,
            experiment=experiment_name(self._folder),
            seed=configuration.get("seed", 0),
            parameters=run_parameters(configuration, environment),
        )
        for one, kept in zip(self._followed, self._read(), strict=False):
            one.kept = kept

    def _catch_up(self, one: _Followed) -> None:
        """Opens a tracker that is not open, and gives it the rounds that it does not have."""
        if not one.is_open:
            self._open(one)
        for number in range(one.kept.rounds, len(self._rounds)):
            one.tracker.log(number, round_values(self._rounds[number]))
            self._keep(one, one.kept.model_copy(update={"rounds": number + 1}))

    def _open(self, one: _Followed) -> None:
        """Opens a tracker's run; a new one where the run has lost rounds, as trackers do not take any back."""
        assert self._run is not None
        num_rounds = len(self._rounds)
        kept = one.kept if one.kept.rounds <= num_rounds else KeptRun()
        kept = one.tracker.open(self._run, kept)
        if kept.rounds > num_rounds:
            kept = one.tracker.open(self._run, KeptRun())
        one.is_open = True
        self._keep(one, kept)

    def _read(self) -> List[KeptRun]:
        path = self._folder / STATE / TRACKERS
        if not self._followed or not path.exists():
            return []
        try:
            return _KeptRuns.model_validate(json_text.read(path)).trackers
        except (OSError, ValueError, ValidationError):
            logger.warning(f"{path} is damaged: the trackers begin new runs and log all rounds")
            return []

    def _keep(self, one: _Followed, kept: KeptRun) -> None:
        one.kept = kept
        content = _KeptRuns(trackers=[each.kept for each in self._followed])
        write_text(self._folder / STATE / TRACKERS, content.model_dump_json() + "\n")

    @contextmanager
    def _warning_of(self, one: _Followed) -> Iterator[None]:
        """Warns of a tracker that fails, once."""
        try:
            yield
        except (ConfigurationError, SigTermReceived):  # not the tracker's
            raise
        except Exception as error:
            one.is_open = False
            if not one.has_failed:
                reason = first_line(error)
                reason = reason if len(reason) <= LONGEST_REASON else reason[: LONGEST_REASON - 1] + "…"
                logger.warning(
                    f"the tracker {one.tracker.title} fails ({reason}): the run continues, and the next round tries "
                    f"again"
                )
            one.has_failed = True


def _read_object(path: Path) -> Dict[str, Any]:
    """The object in a file of the run; an empty one where it is missing or damaged, of which the run itself warns."""
    try:
        return json_text.read_object(path)
    except ConfigurationError:
        return {}
