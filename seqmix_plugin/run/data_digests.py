"""The digests of a run's data files and models, `state/data.json`, read and compared without torch."""

import functools
import logging
from contextlib import suppress
from pathlib import Path
from typing import Any, Callable, Dict, Union

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.atomic import data_digest, file_digest
from seqmix_plugin.io.json_text import is_list_of, read_object
from seqmix_plugin.run.layout import CONFIG, DATA_DIGESTS, STATE
from seqmix_plugin.run.reader import DATA_AND_SEED_SET, flattened

logger = logging.getLogger(__name__)

VOCABULARY = ("labels", "non_padded_namespaces")
"""The files of a run's vocabulary, from which AllenNLP reads it when a distributed run resumes."""
MODEL = ".model_name"
"""How the dotted key ends of a pretrained model, which may be a folder: an encoder, or a language model that judges."""
LABELS = ".labels_path"
"""How the dotted key ends of a file of soft labels."""
BEGIN_ANEW = "begin anew with --force"


def check_finished(folder: Path, configuration: Dict[str, Any], instead: str = BEGIN_ANEW) -> None:
    """
    Compares the files that a finished run began with with those that are there now: files and folders of this
    computer; what is gone is no longer needed. Many runs share their files, which are read once.

    # Parameters

    folder : `Path`
        The run's.
    configuration : `Dict[str, Any]`
        The configuration as it is now, whose paths may have other folders than those of the run.
    instead : `str`, optional (default = `"begin anew with --force"`)
        What can be done instead of bringing the old file back.

    # Raises

    `ConfigurationError`
        When a file or a model has changed since the run began.
    """
    before = read_digests(folder / STATE / DATA_DIGESTS)
    data = {key: configuration.get(key) for key in DATA_AND_SEED_SET}
    files = {key: path for key, path in data.items() if isinstance(path, str) and Path(path).is_file()}
    for key, path in {**files, **files_of_labels(folder)}.items():
        if key in before and before[key] != _digest_once(Path(path)):
            raise has_changed(key, path, folder, instead)
    for key, model in model_folders(folder).items():
        if key in before and before[key] != model_digest(model, _digest_once):
            raise has_changed(key, model, folder, instead)


def has_changed(key: str, path: Union[str, Path], run: Path, instead: str = BEGIN_ANEW) -> ConfigurationError:
    """The error for a file or a model that is not what a run began with."""
    return ConfigurationError(
        f"{key}: {path} has changed since the run in {run} began; bring the old file back, or {instead}"
    )


def model_folders(run: Path) -> Dict[str, Path]:
    """The folders of pretrained models that a run's configuration names, by their dotted keys."""
    return {key: Path(name) for key, name in _named(run, MODEL).items() if Path(name).is_dir()}


def files_of_labels(run: Path) -> Dict[str, str]:
    """The files of soft labels that a run's configuration names, by their dotted keys, as far as they are there."""
    return {key: path for key, path in _named(run, LABELS).items() if Path(path).is_file()}


def model_digest(folder: Path, digest: Callable[[Path], str] = file_digest) -> str:
    """The digest of a model's configuration and weights; of its tokenizer the run has a copy of its own."""
    weights = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("*.bin"))
    return data_digest({path.name: digest(path) for path in (folder / "config.json", *weights) if path.is_file()})


def read_digests(noted: Path) -> Dict[str, Any]:
    """The digests that were kept; empty when the run begins, or when the file is damaged."""
    if not noted.exists():
        return {}
    with suppress(ConfigurationError):
        before = read_object(noted)
        if all(is_list_of(before.get(name, []), str) for name in VOCABULARY):
            return before
    logger.warning(f"{noted} is damaged: cannot verify the data files")
    return {}


def _named(run: Path, ending: str) -> Dict[str, str]:
    """What a run's configuration says under all dotted keys with an ending, as far as it is text."""
    values = flattened(read_object(run / CONFIG)) if (run / CONFIG).exists() else {}
    return {key: value for key, value in values.items() if key.endswith(ending) and isinstance(value, str)}


def _digest_once(path: Path) -> str:
    """The digest of a file, which is read again only after it was written or replaced."""
    found = path.stat()
    return _digest(path.absolute(), found.st_size, found.st_mtime_ns, found.st_ctime_ns)


@functools.lru_cache(maxsize=1024)
def _digest(path: Path, *_: int) -> str:
    return file_digest(path)
