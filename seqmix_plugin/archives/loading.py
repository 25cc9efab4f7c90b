"""Loading a trained tagger that somebody else may have packed: checked before any part of it is used."""

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

from seqmix_plugin.active_learning.model_checks import check_pieces, sentence_reader
from seqmix_plugin.archives.untrusted_configuration import checked_configuration
from seqmix_plugin.data import SentenceReader
from seqmix_plugin.errors import first_line
from seqmix_plugin.io.atomic import is_special
from seqmix_plugin.io.folder_guard import not_own
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.run.layout import ENCODER, STATE
from seqmix_plugin.run.weights import weights_damage


def load_tagger(source: str) -> Tuple[SequenceTagger, SentenceReader]:
    """
    A trained tagger, on the CPU, and the reader that it was trained with. Nothing in the archive is executed: its
    members are unpacked into a folder of their own, AllenNLP gets only what `checked_configuration` lets through, and
    torch reads only tensors from the weights.

    # Parameters

    source : `str`
        A run's folder or its `model.tar.gz`.

    # Raises

    `ConfigurationError`
        When there is no such model, it is another kind of model, or it names code to be executed.
    """
    try:
        with _folder(source) as folder:
            configuration = Params(checked_configuration(source, folder))
            remove_keys_from_params(configuration, ["override_weights_file"])  # the weights are the archive's own
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
    except Exception as error:  # whatever AllenNLP and its parts raise for a broken archive, or for another file
        raise ConfigurationError(
            f"{source}: no model could be loaded; expected a run's folder or a model.tar.gz ({first_line(error)})"
        ) from error
    assert isinstance(model, SequenceTagger)  # checked above
    sentences = sentence_reader(reader)
    check_pieces(model, sentences)
    return model, sentences


@contextmanager
def _folder(source: str) -> Iterator[str]:
    """A run's folder itself, or a temporary folder with the content of an archive."""
    place = str(cached_path(source))
    if os.path.isdir(place):
        _check_files(Path(place))
        yield place
        return
    with tempfile.TemporaryDirectory() as folder:
        unpack(source, place, folder)
        yield folder


def _check_files(run: Path) -> None:
    """Raises a `ConfigurationError` where loading from a run's folder would read without end, or write elsewhere."""
    for path in (run / "vocabulary", run / "vocabulary" / ".lock"):  # where AllenNLP makes a lock
        if path.is_symlink():
            raise not_own(path)
    for pattern in ("*.th", "vocabulary/*", f"{ENCODER}/**/*", f"{STATE}/*"):
        for path in run.glob(pattern):
            if is_special(path):
                raise ConfigurationError(f"{path}: not a file")


def unpack(name: str, path: str, folder: str) -> None:
    """
    Unpacks the archive at `path`, which errors call `name`, into a folder; a `ConfigurationError` for members outside
    of the folder, symbolic links, devices, and more bytes than the disk has room for.
    """
    with tarfile.open(path, "r:gz") as archive:
        room = shutil.disk_usage(folder).free
        for member in archive:
            room -= member.size
            problem = _problem(member, folder) or ("is larger than the disk has room for" if room < 0 else "")
            if problem:
                raise ConfigurationError(f"{name}: {member.name!r} {problem}")
        archive.extractall(folder, filter="data")


def _problem(member: tarfile.TarInfo, folder: str) -> str:
    """The reason to refuse a member, if any."""
    if member.issym():  # chains of symbolic links have misled filters, and no run packs any
        return "is a symbolic link"
    if os.path.isabs(member.name):
        return "has an absolute path, outside of the archive's folder"
    try:
        tarfile.data_filter(member, folder)
    except tarfile.SpecialFileError:
        return "is neither a file nor a folder"
    except tarfile.FilterError:
        return "is outside of the archive's folder, or a link to there"
    return ""
