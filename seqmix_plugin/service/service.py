"""The service without its HTTP interface."""

import logging
from pathlib import Path
from typing import Any, List, Optional, Sequence, Tuple
from xml.etree import ElementTree

import torch
from allennlp.common.checks import ConfigurationError

from seqmix_plugin.errors import shortened
from seqmix_plugin.formats import labels_of_run
from seqmix_plugin.io.folder_guard import disk_errors, locked, make_folder, own_folder
from seqmix_plugin.run.layout import ANSWER_FILES, QUERIES
from seqmix_plugin.service.model_holder import Load, ModelHolder
from seqmix_plugin.service.predictions import predict
from seqmix_plugin.service.questions import RunQuestions
from seqmix_plugin.service.webhook import WebhookReceiver

logger = logging.getLogger(__name__)

LOCK = "service.lock"


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

    @property
    def version(self) -> str:
        """The version of the model, such as `"round 3"`."""
        return self._holder.version

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
        root = ElementTree.fromstring(config.encode("utf-8", "replace"))
    except ElementTree.ParseError:
        return ["it is not valid XML"]
    found = []
    if [tag.get("toName") for tag in root.iter("Labels") if tag.get("name") == "label"] != ["text"]:
        found.append("it has no Labels tag with name 'label' and toName 'text'")
    if [tag.get("value") for tag in root.iter("Text") if tag.get("name") == "text"] != ["$text"]:
        found.append("it has no Text tag with name 'text' and value '$text'")
    given = {str(tag.get("value")) for tag in root.iter("Label")}
    missing, unknown = set(labels) - given, given - set(labels)
    found += [f"it lacks the labels {', '.join(sorted(missing))}"] if missing else []
    found += [f"the run does not have the labels {', '.join(sorted(unknown))}"] if unknown else []
    return found
