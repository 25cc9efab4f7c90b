"""The origin of a run's numbers: `environment.json`, `state/config.json` and `state/data.json`."""

import json
import logging
import os
import platform
import socket
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Callable, Dict, Mapping, Optional, Tuple, Union

import torch
from allennlp.data import Vocabulary

from seqmix_plugin.distributed import from_primary, world_size
from seqmix_plugin.errors import ConfigurationError, first_line, quoted, shortened
from seqmix_plugin.io import json_text
from seqmix_plugin.io.atomic import file_digest, write_text
from seqmix_plugin.io.folder_guard import make_folder
from seqmix_plugin.io.json_text import read_object
from seqmix_plugin.run.data_digests import (
    VOCABULARY,
    files_of_labels,
    has_changed,
    model_digest,
    model_folders,
    read_digests,
)
from seqmix_plugin.run.layout import CONFIG, DATA_DIGESTS, STATE
from seqmix_plugin.run.reader import flattened

logger = logging.getLogger(__name__)

PACKAGE_FOLDER = Path(__file__).parent.parent
PACKAGES = ("seqmix_plugin", "allennlp", "torch", "transformers", "tokenizers", "seqeval", "numpy")

Data = Tuple[str, Callable[[str], str]]
"""The path of a data file, and how the digest of its content is computed from it."""


def environment(device: torch.device) -> Dict[str, Any]:
    """Versions, machine and git revision as plain data."""
    cuda = device.type == "cuda"
    return {
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}},
        "revision": revision(),
        "host": socket.gethostname(),
        "platform": platform.platform(),
        "device": torch.cuda.get_device_name(device) if cuda else platform.processor() or platform.machine(),
        "cpus": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "processes": world_size(),
    }


def warn_of_changes(path: Path, now: Dict[str, Any]) -> None:
    """
    Warns when a run resumes in another environment than it began in, which `path` holds: its numbers may then differ in
    the last digits, and other sentences may be queried.
    """
    try:
        before = json_text.read(path)
        pairs = [(name, before["versions"].get(name), value) for name, value in now["versions"].items()]
        pairs += [(name, before.get(name), now[name]) for name in ("device", "threads", "processes")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        logger.warning(f"{path} cannot be read ({first_line(error)}): cannot verify the environment")
        return
    # The file may hold anything; `ascii` leaves no control characters.
    shown = [(name, ascii(old).strip("'"), new) for name, old, new in pairs if old != new]
    changes = [f"{name} {shortened(old)} → {new}" for name, old, new in shown]
    if changes:
        logger.warning(f"the run resumes in another environment and may round differently: {', '.join(changes)}")


def revision() -> Optional[str]:
    """The commit that the package's code is at, with a `+` where files of the package differ from it; or `None`."""
    try:
        head = _git("rev-parse", "--short=12", "HEAD")
        return head + ("+" if _git("status", "--porcelain", "--", ".") else "") if _git("ls-files", ".") else None
    except (OSError, subprocess.SubprocessError):  # no git, no repository
        return None


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(PACKAGE_FOLDER), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()


def _version(package: str) -> Optional[str]:
    try:
        return version(package)
    except PackageNotFoundError:  # run from a folder that was not installed
        return None


def check_copy(path: Path, configuration: Dict[str, Any]) -> None:
    """
    Compares a run's configuration, `path`, with the copy in `state/`: AllenNLP compares the one that it is given with
    `config.json` alone, which may have been edited or taken from another run. A `ConfigurationError` when they differ
    in more than rounds, which an interrupted `extend` may have added to one of them.
    """
    copy = path.parent / STATE / CONFIG
    try:
        ours, theirs = flattened(configuration), flattened(read_object(copy))
    except ConfigurationError:  # it is written anew; the other one is whole
        return
    for key in dict.fromkeys([*ours, *theirs]):
        value, other = ours.get(key), theirs.get(key)
        if (
            key in ("trainer.query_size", "trainer.query_tokens")
            and isinstance(value, list)
            and isinstance(other, list)
        ):
            value, other = (sizes[: min(len(value), len(other))] for sizes in (value, other))
        if value != other and key != "trainer.num_rounds":
            raise ConfigurationError(
                f"{path}: {key} is {quoted(value)}, but {copy} has {quoted(other)}: one of them was "
                f"changed or damaged; put the right file in the other's place"
            )


def check_data(folder: Path, data: Mapping[str, Data], vocab: Vocabulary) -> None:
    """
    Keeps the digests of a run's data files, by their keys in the configuration, of its labels and of the pretrained
    models that are folders; a resumed run compares them with those that were kept. A `ConfigurationError` when a
    file or a model has changed since the run began, or the labels have other numbers than in its weights.
    """
    from_primary(lambda: _check(folder / STATE / DATA_DIGESTS, data, vocab))


def _check(noted: Path, data: Mapping[str, Data], vocab: Vocabulary) -> None:
    run = noted.parent.parent
    models, label_files = model_folders(run), files_of_labels(run)
    now: Dict[str, Any] = {
        **{key: digest(path) for key, (path, digest) in data.items()},
        **{key: file_digest(Path(path)) for key, path in label_files.items()},
        **{key: model_digest(path) for key, path in models.items()},
        "labels": list(vocab.get_token_to_index_vocabulary("labels")),
        "non_padded_namespaces": sorted(vocab._non_padded_namespaces),
    }
    before = read_digests(noted)
    paths: Dict[str, Union[str, Path]] = {key: path for key, (path, _) in data.items()}
    for key, path in {**paths, **label_files, **models}.items():
        if key in now and before.get(key, now[key]) != now[key]:
            raise has_changed(key, path, run)
    for name in VOCABULARY:
        if before.get(name, now[name]) != now[name]:
            raise ConfigurationError(
                f"{run / 'vocabulary' / name}.txt is not what the run began with; expected the lines "
                f"{', '.join(before[name])}"
            )
    if before != now:
        make_folder(noted.parent)
        write_text(noted, json.dumps(now, indent=2) + "\n")
