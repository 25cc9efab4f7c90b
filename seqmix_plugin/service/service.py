"""The service without its HTTP."""

import logging
import threading
from pathlib import Path
from typing import IO, Any, Dict, List, Optional, Tuple

import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import shortened
from seqmix_plugin.formats import labels_of_run
from seqmix_plugin.formats.json_files import Row
from seqmix_plugin.io.folder_guard import disk_errors, locked, make_folder, own_folder
from seqmix_plugin.run.layout import ANSWER_FILES, QUERIES
from seqmix_plugin.service.asked import Asked
from seqmix_plugin.service.deliveries import Deliveries, Outcome
from seqmix_plugin.service.labelling import misfits
from seqmix_plugin.service.predictions import predict
from seqmix_plugin.service.tagging import Load, ModelHolder

logger = logging.getLogger(__name__)

LOCK = "service.lock"


class Service:
    """
    What Label Studio asks of a machine-learning back-end, for one run. There is one service a run.

    # Parameters

    run : `str`
        The run's folder.
    load : `Callable[[str], Tuple[SequenceTagger, SentenceReader]]`
        Loads a model and its reader from a run's folder, to the CPU.
    device : `torch.device`, optional (default = `torch.device("cpu")`)
        Where the model works.
    snap : `bool`, optional (default = `False`)
        Widen spans that cut words to whole words.

    # Raises

    `ConfigurationError`
        When it is no run's folder, another service works there, or a file of an earlier start cannot be read.
    """

    def __init__(self, run: str, load: Load, device: torch.device = torch.device("cpu"), snap: bool = False) -> None:
        folder = Path(run)
        self.labels = labels_of_run(run)
        self._lock = _lock(folder)
        self._asked = Asked(folder)
        self._deliveries = Deliveries(folder, self._asked, self.labels, snap)
        self._holder = ModelHolder(folder, load, device)
        self._holder.refresh()
        self._misfits: Dict[str, str] = {}
        self.num_recorded = 0
        self._counting = threading.Lock()

    @property
    def version(self) -> str:
        """That of the model, such as `"round 3"`."""
        return self._holder.version

    def setup(self, project: str, config: Optional[str]) -> str:
        """
        Looks at a project's labelling configuration, and says once when it does not fit the run.

        # Returns

        `str`
            The version of the model; a newer one is loaded meanwhile.
        """
        self._holder.refresh(wait=False)
        if config is not None:
            found = "; ".join(misfits(config, self.labels))
            if found and self._misfits.get(project) != found:
                logger.warning(f"the labelling configuration of project {shortened(project)} does not fit: {found}")
            self._misfits = {project: found}
        return self.version

    def predict(self, tasks: List[Any]) -> Tuple[str, List[Any]]:
        """The version of the model, and a prediction a task; see `predict`."""
        self._holder.refresh()
        return predict(tasks, self._holder, self._asked)

    def take(self, payload: Row) -> Outcome:
        """Writes down what a webhook says; see `Deliveries.take`."""
        outcome = self._deliveries.take(payload)
        with self._counting:
            self.num_recorded += outcome.recorded
        return outcome

    def close(self) -> None:
        """Lets another service work here."""
        self._lock.close()


def _lock(folder: Path) -> IO[bytes]:
    path = folder / QUERIES / LOCK
    own_folder(folder, ANSWER_FILES)
    make_folder(path.parent)
    with disk_errors(path):
        file = locked(path)
    if file is None:
        raise ConfigurationError(f"{folder}: another service works on this run; end it first")
    return file
