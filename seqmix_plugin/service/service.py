"""The service without its HTTP interface."""

import logging
from pathlib import Path
from typing import Any, List, Optional, Sequence, Set, Tuple
from xml.etree import ElementTree

import torch

from seqmix_plugin.errors import ConfigurationError, shortened
from seqmix_plugin.formats import labels_of_run
from seqmix_plugin.formats.label_studio_tasks import labelling_config
from seqmix_plugin.io.folder_guard import disk_errors, locked, make_folder, own_folder
from seqmix_plugin.run.layout import ANSWER_FILES, QUERIES
from seqmix_plugin.service.predictions import predict
from seqmix_plugin.service.watched_run import Load, ModelHolder, RunQuestions
from seqmix_plugin.service.webhook import WebhookReceiver

logger = logging.getLogger(__name__)

LOCK = "service.lock"
ATTRIBUTES = {"Labels": ("name", "toName"), "Text": ("name", "value"), "Label": ("value",)}
"""The attributes of a labelling configuration's tags that are compared."""


class Service:
    """
    The machine-learning back-end of one run. A run has at most one.

    # Parameters

    run : `str`
        The run's folder.
    load : `Callable[[str], Tuple[SequenceTagger, SentenceReader]]`
        Loads a model and its reader from a run's folder, to the CPU.
    device : `torch.device`, optional (default = `torch.device("cpu")`)
        The device of the model.
    snap : `bool`, optional (default = `False`)
        Widen spans that cut words to whole words.

    # Raises

    `ConfigurationError`
        When it is not a run's folder, another process serves the run, or a file of an earlier start cannot be read.
    """

    def __init__(self, run: str, load: Load, device: torch.device = torch.device("cpu"), snap: bool = False) -> None:
        folder = Path(run)
        self.labels = labels_of_run(run)
        own_folder(folder, ANSWER_FILES)
        make_folder(folder / QUERIES)
        with disk_errors(folder / QUERIES / LOCK):
            lock = locked(folder / QUERIES / LOCK)
        if lock is None:
            raise ConfigurationError(f"{folder}: the run is served by another process; stop it first")
        self._lock = lock
        self._questions = RunQuestions(folder)
        self.webhook = WebhookReceiver(folder, self._questions, self.labels, snap)
        self._holder = ModelHolder(folder, load, device)
        self._holder.refresh()
        self._mismatch = ("", "")
        self.num_refused = 0
        """The number of refused requests, each of which may have been an annotation."""

    @property
    def version(self) -> str:
        """The version of the model, such as `"round 3"`."""
        return self._holder.loaded[0]

    def setup(self, project: str, config: Optional[str]) -> str:
        """
        Checks a project's labelling configuration, and warns once when it does not fit the run.

        # Returns

        `str`
            The version of the model.
        """
        if config is not None:
            found = "; ".join(mismatches(config, self.labels))
            if found and self._mismatch != (project, found):
                logger.warning(f"the labelling configuration of project {shortened(project)} does not fit: {found}")
            self._mismatch = (project, found)
        return self.version

    def predict(self, tasks: List[Any]) -> Tuple[str, List[Any]]:
        """The version of the model and a prediction for each task; see `predict`."""
        self._holder.refresh()
        return predict(tasks, self._holder, self._questions)

    def close(self) -> None:
        """Releases the run for another service."""
        self._lock.close()


def mismatches(config: str, labels: Sequence[str]) -> List[str]:
    """
    How a labelling configuration differs from what `labelling_config` makes, so that its annotations could not be read
    or predictions not shown.

    # Parameters

    config : `str`
        XML.
    labels : `Sequence[str]`
        The run's entity types.
    """
    try:
        given, expected = _tags(config), _tags(labelling_config(labels))
    except ElementTree.ParseError:
        return ["it is not valid XML"]
    lacks = [f"it lacks {tag}" for tag in sorted(expected - given)]
    return lacks + [f"the run does not have {tag}" for tag in sorted(given - expected) if tag.startswith("<Label ")]


def _tags(config: str) -> Set[str]:
    """The tags that matter with the attributes that matter."""
    tags = [tag for tag in ElementTree.fromstring(config.encode("utf-8", "replace")).iter() if tag.tag in ATTRIBUTES]
    return {f"<{tag.tag} {' '.join(f'{key}={tag.get(key)!r}' for key in ATTRIBUTES[tag.tag])}>" for tag in tags}
