"""Trained taggers that somebody else may have packed: looked at before anything of them is used."""

import os
import pickle
import shutil
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, Tuple

from allennlp.common.checks import ConfigurationError
from allennlp.common.file_utils import cached_path
from allennlp.data import DatasetReader
from allennlp.models import Model
from allennlp.models.archival import CONFIG_NAME, load_archive

from seqmix_plugin.active_learning.checks import sentence_reader
from seqmix_plugin.active_learning.config_types import check_value
from seqmix_plugin.archive import ENCODER_FOLDER
from seqmix_plugin.data import SentenceReader
from seqmix_plugin.errors import first_line
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.reporting.run import read_json

BLOCKS: Dict[str, Tuple[Any, Any]] = {
    "dataset_reader": (DatasetReader, SentenceReader),
    "validation_dataset_reader": (DatasetReader, SentenceReader),
    "model": (Model, SequenceTagger),
}
"""What AllenNLP builds of an archive's configuration, and what it must be."""
CODE = ("_pretrained", "auto_map", "trust_remote_code")
"""Keys by which another archive is loaded, or a model of `transformers` brings code of its own."""


def load_tagger(source: str) -> Tuple[SequenceTagger, SentenceReader]:
    """
    A trained tagger, on the CPU, and the reader that it was trained with. Nothing that is in the archive is run: its
    members stay in a folder of their own, its configuration may name registered classes only, and of its weights torch
    reads nothing but tensors.

    # Parameters

    source : `str`
        A run's folder or its `model.tar.gz`.

    # Raises

    `ConfigurationError`
        When there is no such model, it is another kind of model, or it holds what could be run.
    """
    try:
        with _folder(source) as folder:
            check_contents(source, folder)
            archive = load_archive(folder)
    except ConfigurationError:
        raise
    except pickle.UnpicklingError as error:
        raise ConfigurationError(f"{source}: its weights are no plain tensors, and nothing else is loaded") from error
    except Exception as error:  # whatever AllenNLP and its parts raise for what is none, or a broken one
        raise ConfigurationError(
            f"{source}: no model could be loaded; expected a run's folder or a model.tar.gz ({first_line(error)})"
        ) from error
    assert isinstance(archive.model, SequenceTagger)  # checked above
    return archive.model, sentence_reader(archive.dataset_reader)


@contextmanager
def _folder(source: str) -> Iterator[str]:
    """A run's folder as it is, or what is in an archive, in a folder that is gone afterwards."""
    place = str(cached_path(source))
    if os.path.isdir(place):
        yield place
        return
    with tempfile.TemporaryDirectory() as folder:
        unpack(source, place, folder)
        yield folder


def unpack(name: str, path: str, folder: str) -> None:
    """
    # Parameters

    name : `str`
        What errors call the archive.
    path : `str`
        The archive.
    folder : `str`
        Where to.

    # Raises

    `ConfigurationError`
        For members outside of the folder, symbolic links, devices, and more bytes than fit on the disk.
    """
    with tarfile.open(path, "r:gz") as archive:
        room = shutil.disk_usage(folder).free
        for member in archive:
            problem = _problem(member, folder)
            room -= member.size
            if problem or room < 0:
                raise ConfigurationError(f"{name}: {member.name!r} {problem or 'is larger than the disk has room for'}")
        archive.extractall(folder, filter="data")


def _problem(member: tarfile.TarInfo, folder: str) -> str:
    """What is wrong with a member, or nothing."""
    if member.issym():  # filters have been led astray by chains of them, and no run packs any
        return "is a symbolic link"
    if os.path.isabs(member.name):
        return "has a place of its own, outside of the archive's folder"
    try:
        tarfile.data_filter(member, folder)
    except tarfile.SpecialFileError:
        return "is neither a file nor a folder"
    except tarfile.FilterError:
        return "is outside of the archive's folder, or a link to there"
    return ""


def check_contents(name: str, folder: str) -> None:
    """
    # Parameters

    name : `str`
        What errors call the archive.
    folder : `str`
        What was in it.

    # Raises

    `ConfigurationError`
        When its configuration, or that of the encoder that it carries, names code to be run.
    """
    Path(folder, CONFIG_NAME).stat()  # raises where there is no run at all
    configuration = _json(name, folder, CONFIG_NAME)
    for key, (base, needed) in BLOCKS.items():
        block = configuration.get(key)
        if block is None:
            continue
        try:
            check_value(key, base, block, trusted=False)
        except ConfigurationError as error:
            raise ConfigurationError(f"{name}, {CONFIG_NAME}: {error}") from error
        kind = block if isinstance(block, str) else block["type"]
        if not issubclass(base.resolve_class_name(kind)[0], needed):
            raise ConfigurationError(f"{name}, {CONFIG_NAME}: {key}.type is {kind!r}; expected a {needed.__name__}")
    texts = {CONFIG_NAME: configuration}
    for file in sorted(Path(folder, ENCODER_FOLDER).glob("*config.json")):
        texts[f"{ENCODER_FOLDER}/{file.name}"] = _json(name, folder, f"{ENCODER_FOLDER}/{file.name}")
    for file_name, text in texts.items():
        for key in CODE:
            if _holds(text, key):
                raise ConfigurationError(f"{name}, {file_name}: has the key {key!r}, by which other code would be run")


def _json(name: str, folder: str, file_name: str) -> Dict[str, Any]:
    try:
        return read_json(Path(folder, file_name))
    except ConfigurationError as error:
        raise ConfigurationError(f"{name}, {str(error).removeprefix(folder + os.sep)}") from error


def _holds(value: Any, key: str) -> bool:
    """Whether a key stands anywhere in plain data."""
    if isinstance(value, dict):
        return key in value or any(_holds(inner, key) for inner in value.values())
    return isinstance(value, list) and any(_holds(inner, key) for inner in value)
