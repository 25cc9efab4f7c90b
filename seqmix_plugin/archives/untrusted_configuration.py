"""Checks of an untrusted archive's configuration: only certain keys may name classes, and none may name code."""

import os
import re
from pathlib import Path
from typing import Any, Dict, Iterator, Tuple

from allennlp.common.checks import ConfigurationError
from allennlp.data import DatasetReader, Vocabulary
from allennlp.models import Model
from allennlp.models.archival import CONFIG_NAME
from transformers.models.auto.tokenization_auto import TOKENIZER_MAPPING_NAMES

from seqmix_plugin.configuration.constructors import check_value
from seqmix_plugin.data import SentenceReader
from seqmix_plugin.io.json_text import read_object
from seqmix_plugin.models import SequenceTagger
from seqmix_plugin.run.layout import ENCODER

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
BUILT = ("dataset_reader", "model")
OF_VOCABULARY = ("type", "padding_token", "oov_token")
"""Keys of the block that AllenNLP reads when it loads a vocabulary from its folder."""
CODE = ("_pretrained", "auto_map", "trust_remote_code")
"""Keys that load another archive, or let a model of `transformers` run code of its own."""
FILES = re.compile(r"_(file|files|dir)$|^init_inputs$")
"""Keys of an encoder's files that make `transformers` read other files, anywhere."""
SPACY = "language"
"""The key whose value spaCy imports as a package, after installing it where it is missing."""
TOKENIZERS = {name for names in TOKENIZER_MAPPING_NAMES.values() for name in names if name}
CLASSES = {"tokenizer_class": {*TOKENIZERS, "PreTrainedTokenizerFast"}}
"""Keys of an encoder's files that name classes of `transformers`, with those that are allowed; it would take any."""


def checked_configuration(name: str, folder: str) -> Dict[str, Any]:
    """
    The blocks from which a tagger and its reader are built, out of an archive that was unpacked into `folder`; `name`
    is the archive's name in errors. A `ConfigurationError` when the configuration, or that of the encoder in the
    archive, names code to run or other files to read.
    """
    Path(folder, CONFIG_NAME).stat()  # raises where there is no run
    configuration = _json(name, folder, CONFIG_NAME)
    for key, value in _pairs(configuration):
        _check_code(name, CONFIG_NAME, key, value)
    blocks = {key: configuration[key] for key in BLOCKS if configuration.get(key) is not None}
    for key, block in blocks.items():
        _check_block(f"{name}, {CONFIG_NAME}", key, block)
    encoder = Path(folder, ENCODER)  # transformers may also read its sub-folders, and files of versions
    for path in sorted({*encoder.rglob("*config*"), *encoder.rglob("special_tokens_map.json")}):
        file_name = str(path.relative_to(folder))
        for key, value in _pairs(_json(name, folder, file_name)):
            _check_code(name, file_name, key, value)
            _check_files(name, file_name, key, value)
    vocabulary = blocks.get("vocabulary", {})
    vocabulary = {"type": vocabulary} if isinstance(vocabulary, str) else vocabulary
    return {
        **{key: blocks[key] for key in BUILT},
        "vocabulary": {key: vocabulary[key] for key in OF_VOCABULARY if key in vocabulary},
    }


def _check_block(source: str, key: str, block: Any) -> None:
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
        if inner == SPACY and not _is_installed(value):
            raise ConfigurationError(f"{source}: {inner} is {value!r}; expected an installed model of spaCy")


def _check_code(name: str, file_name: str, key: str, value: Any) -> None:
    if key in CODE:
        raise ConfigurationError(f"{name}, {file_name}: has the key {key!r}, by which other code would be run")
    if key in CLASSES and value is not None and value not in CLASSES[key]:
        raise ConfigurationError(f"{name}, {file_name}: {key} is {value!r}; expected a tokenizer of transformers")


def _check_files(name: str, file_name: str, key: str, value: Any) -> None:
    """A list may name files in the folder itself; `special_tokens_map_file` records an older path and is not read."""
    names = value if key.endswith("_files") and isinstance(value, list) else [os.sep] if value else []
    is_elsewhere = any(not isinstance(one, str) or os.sep in one for one in names)
    if FILES.search(key) and is_elsewhere and key != "special_tokens_map_file":
        raise ConfigurationError(f"{name}, {file_name}: {key} is {value!r}, by which other files would be read")


def _is_elsewhere(key: str, value: Any) -> bool:
    """Whether a value is a URL, or an argument for `transformers` that names a file elsewhere."""
    if isinstance(value, str) and "://" in value:
        return True
    given = [inner for _, inner in _pairs(value)] if key.endswith("_kwargs") else []
    return any(isinstance(text, str) and re.search(r"^[/~]|\.\.|\\", text) for text in given)


def _is_installed(value: Any) -> bool:
    from spacy.util import get_installed_models

    return value in get_installed_models()


def _json(name: str, folder: str, file_name: str) -> Dict[str, Any]:
    try:
        return read_object(Path(folder, file_name))
    except ConfigurationError as error:
        raise ConfigurationError(f"{name}, {str(error).removeprefix(folder + os.sep)}") from error


def _pairs(value: Any) -> Iterator[Tuple[str, Any]]:
    """All keys of plain data with their values, at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from _pairs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _pairs(inner)
