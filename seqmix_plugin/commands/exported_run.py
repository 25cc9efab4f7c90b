"""The run that trained an exported model, as far as it was trained."""

import hashlib
import logging
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Optional

from allennlp.models.archival import _WEIGHTS_NAME

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.json_text import read_object
from seqmix_plugin.run.layout import CONFIG, ROUNDS, state_files
from seqmix_plugin.run.reader import Run, read_run

logger = logging.getLogger(__name__)


def exported_run(source: Path) -> Optional[Run]:
    """
    # Parameters

    source : `Path`
        A run's folder, or an archive in it.

    # Returns

    `Run`, optional
        With the rounds up to that of the weights: an archive is made when a run ends, and is older than the newest
        round while the run is extended. `None` where there is no run, as beside an archive that was moved, or where the
        weights are of no round of it.
    """
    folder = source if source.is_dir() else source.parent
    if not (folder / CONFIG).is_file() or not (folder / ROUNDS).is_file():
        return None
    try:
        run = read_run(folder)
    except ConfigurationError:  # a model of AllenNLP's own trainer
        return None
    states = [] if source.is_dir() else sorted(state_files(folder).items(), reverse=True)
    if not states:  # nothing tells another round than the last
        return run if run.rounds else None
    own = _digest(source)
    for k, path in states:
        if k < len(run.rounds) and _weights(path) == own:
            return replace(run, rounds=run.rounds[: k + 1])
    logger.warning(f"{source}: its weights are of no round of {folder}; the model card has no scores and no sizes")
    return None


def _weights(state: Path) -> object:
    """The digest of a round's weights; empty where the state is damaged."""
    try:
        return read_object(state).get("weights", "")
    except ConfigurationError:
        return ""


def _digest(archive: Path) -> Optional[str]:
    """SHA-256 of the weights in an archive."""
    with tarfile.open(archive, "r:gz") as members:
        for member in members:
            content = members.extractfile(member) if Path(member.name).name == _WEIGHTS_NAME else None
            if content is not None:
                return hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    return None
