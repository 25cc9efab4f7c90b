"""Trained taggers that somebody else may have packed: looked at before anything of them is used."""

import os
import pickle
import shutil
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, Tuple

from allennlp.common import Params
from allennlp.common.checks import ConfigurationError
from allennlp.common.file_utils import cached_path
from allennlp.common.params import remove_keys_from_params
from allennlp.data import DatasetReader
from allennlp.models import Model
from allennlp.models.archival import get_weights_path
from transformers import dynamic_module_utils

from seqmix_plugin.active_learning.model_checks import check_pieces, sentence_reader
from seqmix_plugin.commands.archive_check import checked_configuration
from seqmix_plugin.data import SentenceReader
from seqmix_plugin.errors import first_line
from seqmix_plugin.io.atomic import is_special
from seqmix_plugin.io.folder_guard import not_own
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.run.encoder_files import ENCODER_FOLDER
from seqmix_plugin.run.layout import STATE
from seqmix_plugin.run.weights import weights_damage


def load_tagger(source: str) -> Tuple[SequenceTagger, SentenceReader]:
    """
    A trained tagger, on the CPU, and the reader that it was trained with. Nothing that is in the archive is run: its
    members stay in a folder of their own, its configuration is read as plain data, of which AllenNLP is given what
    `checked_configuration` lets through, and of its weights torch reads nothing but tensors.

    # Parameters

    source : `str`
        A run's folder or its `model.tar.gz`.

    # Raises

    `ConfigurationError`
        When there is no such model, it is another kind of model, or it holds what could be run.
    """
    try:
        with _folder(source) as folder:
            configuration = Params(checked_configuration(source, folder))
            remove_keys_from_params(configuration, ["override_weights_file"])  # the weights are the archive's own
            dynamic_module_utils.TIME_OUT_REMOTE_CODE = 0  # transformers asks nobody whether to run a model's code
            weights = get_weights_path(folder)
            reader = DatasetReader.from_params(configuration.pop("dataset_reader"), serialization_dir=folder)
            model = Model.load(configuration, weights_file=weights, serialization_dir=folder)
            damage = weights_damage(Path(folder), Path(weights))
            if damage is not None:
                raise ConfigurationError(f"{damage}; the run's command with --recover trains it again")
    except ConfigurationError:
        raise
    except pickle.UnpicklingError as error:
        raise ConfigurationError(f"{source}: its weights are no plain tensors, and nothing else is loaded") from error
    except Exception as error:  # whatever AllenNLP and its parts raise for what is none, or a broken one
        raise ConfigurationError(
            f"{source}: no model could be loaded; expected a run's folder or a model.tar.gz ({first_line(error)})"
        ) from error
    assert isinstance(model, SequenceTagger)  # checked above
    sentences = sentence_reader(reader)
    check_pieces(model, sentences)
    return model, sentences


@contextmanager
def _folder(source: str) -> Iterator[str]:
    """A run's folder as it is, or what is in an archive, in a folder that is gone afterwards."""
    place = str(cached_path(source))
    if os.path.isdir(place):
        _check_files(Path(place))
        yield place
        return
    with tempfile.TemporaryDirectory() as folder:
        unpack(source, place, folder)
        yield folder


def _check_files(run: Path) -> None:
    """Raises a `ConfigurationError` where reading a run's folder would go on for ever, or write elsewhere."""
    for path in (run / "vocabulary", run / "vocabulary" / ".lock"):  # where AllenNLP makes a lock
        if path.is_symlink():
            raise not_own(path)
    files = [*run.glob("*.th"), *run.glob("vocabulary/*"), *run.glob(f"{ENCODER_FOLDER}/**/*"), *run.glob(f"{STATE}/*")]
    for path in files:
        if is_special(path):
            raise ConfigurationError(f"{path}: not a file")


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
