"""
Loading a trained tagger that somebody else may have packed. It is checked before any part of it is used: only certain
keys of its configuration may name classes, and none may name code.
"""

import itertools
import os
import pickle
import re
import shutil
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, Tuple

from allennlp.common import Params
from allennlp.common.file_utils import cached_path
from allennlp.common.params import remove_keys_from_params
from allennlp.data import DatasetReader, Vocabulary
from allennlp.models import Model
from allennlp.models.archival import CONFIG_NAME, get_weights_path
from transformers.models.auto.tokenization_auto import TOKENIZER_MAPPING_NAMES

from seqmix_plugin.active_learning.model_checks import check_pieces, sentence_reader
from seqmix_plugin.allennlp_gaps.encoders import encoders_of_its_own, no_encoders
from seqmix_plugin.configuration.constructors import check_value
from seqmix_plugin.data import SentenceReader
from seqmix_plugin.errors import ConfigurationError, first_line
from seqmix_plugin.io.atomic import is_special
from seqmix_plugin.io.folder_guard import not_own
from seqmix_plugin.io.json_text import read_object
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.run.layout import ENCODER, STATE
from seqmix_plugin.run.weights import weights_damage

BLOCKS: Dict[str, Tuple[Any, Any]] = {
    "dataset_reader": (DatasetReader, SentenceReader),
    "model": (Model, SequenceTagger),
    "validation_dataset_reader": (DatasetReader, SentenceReader),
    "vocabulary": (Vocabulary, Vocabulary),
}
"""
The blocks that may name classes, with their base class and the class required here. Inside, a class may be named where
the constructor of the outer one takes such a block. Everything else is plain data, and no other key reaches AllenNLP.
"""
CODE = ("_pretrained", "auto_map", "trust_remote_code")
"""Keys that load another archive, or let a model of `transformers` run code of its own."""
FILES = re.compile(r"_(file|files|dir)$|^init_inputs$")
"""Keys of an encoder's files that make `transformers` read other files, anywhere."""
GENERIC = {"PreTrainedTokenizer", "PreTrainedTokenizerFast"}  # the first is how transformers saves the second
TOKENIZERS = {*GENERIC, *itertools.chain(*TOKENIZER_MAPPING_NAMES.values())}
"""Classes that an encoder's files may name as `tokenizer_class`; `transformers` would take any of its classes."""


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
        with _folder(source) as folder, encoders_of_its_own(no_encoders()):
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


def checked_configuration(name: str, folder: str) -> Dict[str, Any]:
    """
    The blocks from which a tagger and its reader are built, out of an archive that was unpacked into `folder`; `name`
    is the archive's name in errors. A `ConfigurationError` when the configuration, or that of the encoder in the
    archive, names code to run or other files to read.
    """
    Path(folder, CONFIG_NAME).stat()  # raises where there is no run
    configuration = _without_code(name, folder, CONFIG_NAME)
    blocks = {key: configuration[key] for key in BLOCKS if configuration.get(key) is not None}
    for key, block in blocks.items():
        _check_block(f"{name}, {CONFIG_NAME}", key, block)
    encoder = Path(folder, ENCODER)  # transformers may also read its sub-folders, and files of versions
    for path in sorted({*encoder.rglob("*config*"), *encoder.rglob("special_tokens_map.json")}):
        file_name = str(path.relative_to(folder))
        for key, value in _pairs(_without_code(name, folder, file_name)):
            if FILES.search(key) and _names_files(key, value):
                raise ConfigurationError(f"{name}, {file_name}: {key} is {value!r}, by which other files would be read")
    vocabulary = blocks.get("vocabulary", {})
    vocabulary = {"type": vocabulary} if isinstance(vocabulary, str) else vocabulary
    keys = ("type", "padding_token", "oov_token")  # which AllenNLP reads when it loads a vocabulary from its folder
    built = {key: blocks[key] for key in ("dataset_reader", "model")}
    return {**built, "vocabulary": {key: vocabulary[key] for key in keys if key in vocabulary}}


def _without_code(name: str, folder: str, file_name: str) -> Dict[str, Any]:
    """The content of a JSON file that names no code to run."""
    try:
        content = read_object(Path(folder, file_name))
    except ConfigurationError as error:
        raise ConfigurationError(f"{name}, {str(error).removeprefix(folder + os.sep)}") from error
    for key, value in _pairs(content):
        if key in CODE:
            raise ConfigurationError(f"{name}, {file_name}: has the key {key!r}, by which other code would be run")
        if key == "tokenizer_class" and value is not None and value not in TOKENIZERS:
            raise ConfigurationError(f"{name}, {file_name}: {key} is {value!r}; expected a tokenizer of transformers")
    return content


def _check_block(source: str, key: str, block: Any) -> None:
    from spacy.util import get_installed_models

    base, needed = BLOCKS[key]
    try:
        check_value(key, base, block, trusted=False)
    except ConfigurationError as error:
        raise ConfigurationError(f"{source}: {error}") from error
    kind = block if isinstance(block, str) else block.get("type", base.default_implementation)
    if not issubclass(base.resolve_class_name(kind)[0], needed):
        raise ConfigurationError(f"{source}: {key}.type is {kind!r}; expected a {needed.__name__}")
    for inner, value in _pairs({key: block}):
        if _is_elsewhere(inner, value):
            raise ConfigurationError(f"{source}: {inner} is {value!r}, which is not in the archive")
        # spaCy imports this value as a package, after installing it where it is missing
        if inner == "language" and value not in get_installed_models():
            raise ConfigurationError(f"{source}: {inner} is {value!r}; expected an installed model of spaCy")


def _names_files(key: str, value: Any) -> bool:
    """A list may name files in the folder itself; `special_tokens_map_file` records an older path and is not read."""
    names = value if key.endswith("_files") and isinstance(value, list) else [os.sep] if value else []
    return key != "special_tokens_map_file" and any(not isinstance(one, str) or os.sep in one for one in names)


def _is_elsewhere(key: str, value: Any) -> bool:
    """Whether a value is a URL, or an argument for `transformers` that names a file elsewhere."""
    if isinstance(value, str) and "://" in value:
        return True
    given = [inner for _, inner in _pairs(value)] if key.endswith("_kwargs") else []
    return any(isinstance(text, str) and re.search(r"^[/~]|\.\.|\\", text) for text in given)


def _pairs(value: Any) -> Iterator[Tuple[str, Any]]:
    """All keys of plain data with their values, at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from _pairs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _pairs(inner)
