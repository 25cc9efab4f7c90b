"""The data of a run that is started from Python: files as they are, anything else as files beside the run."""

import json
import os
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any, Dict, Sequence

from seqmix_plugin.api.sentences import sentences_of, write_sentences
from seqmix_plugin.api.tagger import is_table
from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.io.atomic import file_digest, write_text
from seqmix_plugin.io.folder_guard import make_folder
from seqmix_plugin.io.json_text import read_object
from seqmix_plugin.run.layout import CONFIG, STATE
from seqmix_plugin.run.reader import DATA_AND_SEED_SET, content_name
from seqmix_plugin.run.recovery import begin

FOLDER = "sentences"
"""Beside the folder of the run."""
DIGITS = 16
"""Of the digest of a file, which is its name."""
TRAIN, DEV, TEST, SEED_SET = "train_data_path", "validation_data_path", "test_data_path", "seed_data_path"
OTHERS = {"dev": DEV, "test": TEST, "seed": SEED_SET}
"""The labelled data, which one reader reads, by their arguments."""
READER, EVALUATION_READER = "dataset_reader", "validation_dataset_reader"
OF_MODEL = ("token_indexers", "max_length")
"""Keys of a reader that belong to the model, not to the format of a file."""

Values = Dict[str, Any]


def with_data(
    values: Values, folder: Path, train: Any, dev: Any, test: Any, seed_set: Any = None, is_pool: bool = False
) -> Values:
    """
    A configuration for the data that are given. Those that are not files are written to JSONL files beside the run's
    folder, each named by its content, and the reader of the files they take the place of becomes `jsonl_sentences`;
    texts for a reader of type `plain_text` go to a text file.

    # Parameters

    values : `Dict[str, Any]`
        The configuration.
    folder : `Path`
        The run's.
    train, dev, test, seed_set : `Any`
        Each a path, sentences as `sentences_of` takes them, or `None` for what the configuration names.
    is_pool : `bool`, optional (default = `False`)
        Whether errors call `train` the pool, and its labels are not read; they are not read either where the
        configuration's reader reads none.

    # Returns

    `Dict[str, Any]`

    # Raises

    `ConfigurationError`
        For data that are no sentences, and for sentences beside files that one reader would have to read.
    """
    given = {TRAIN: train, DEV: dev, TEST: test, SEED_SET: seed_set}
    files = {key: os.fspath(data) for key, data in given.items() if _is_path(data)}
    result = {**values, **files}
    sentences = {key: data for key, data in given.items() if data is not None and key not in files}
    if not sentences:
        return result
    given_sentences = [name for name, key in OTHERS.items() if key in sentences]
    others = [key for key in OTHERS.values() if key not in sentences and result.get(key) is not None]
    if given_sentences and others:
        raise ConfigurationError(
            f"{given_sentences[0]} is given as sentences, but {others[0]} is the file {quoted(result[others[0]])}; one "
            "reader reads both: give both as sentences or both as files, or leave the latter out with "
            f"overrides={{'{others[0]}': None}}"
        )
    reader, of_evaluation = _reader(values, READER), values.get(EVALUATION_READER)
    place = folder.parent / FOLDER
    if TRAIN in sentences:
        name, given_pool = "pool" if is_pool else "train", sentences[TRAIN]
        if hasattr(given_pool, "__iter__") and not is_table(given_pool):
            sentences[TRAIN] = list(given_pool)  # an array, a column or an iterator
        if reader.get("type") == "plain_text" and _are_texts(sentences[TRAIN]):  # its own tokenizer splits them
            result[TRAIN] = _text_file(place, name, sentences[TRAIN])
        else:
            unlabelled = is_pool or reader.get("type") == "plain_text" or reader.get("unlabelled") is True
            result[TRAIN] = _written(place, name, sentences[TRAIN], reader, unlabelled)
            result[READER] = _of_jsonl(reader, unlabelled)
    for name in given_sentences:
        labelled = _reader(values, EVALUATION_READER) if of_evaluation is not None else reader
        result[OTHERS[name]] = _written(place, name, sentences[OTHERS[name]], labelled, unlabelled=False)
        result[EVALUATION_READER] = _of_jsonl(labelled, unlabelled=False)
    if others and of_evaluation is None and result[READER] is not reader:
        result[EVALUATION_READER] = deepcopy(reader)  # AllenNLP takes blocks apart
    return result


def follow_data(folder: Path, values: Values) -> None:
    """
    Puts the paths of `values` into the configuration that a run keeps, as far as they lead to the same files by their
    content: its project was moved, or the working directory is another one. AllenNLP compares the paths themselves.
    The folder is locked meanwhile.
    """
    with begin(folder):
        for path in (folder / CONFIG, folder / STATE / CONFIG):
            with suppress(ConfigurationError):  # a damaged copy is written anew
                kept = read_object(path) if path.exists() else {}
                both = [key for key in DATA_AND_SEED_SET if key in kept and kept[key] != values.get(key)]
                moved = {key: values[key] for key in both if content_name(kept[key]) == content_name(values.get(key))}
                if moved:
                    write_text(path, json.dumps({**kept, **moved}, indent=4))


def _is_path(data: Any) -> bool:
    return isinstance(data, (str, os.PathLike))


def _reader(values: Values, key: str) -> Values:
    reader = values.get(key)
    if not isinstance(reader, dict):
        raise ConfigurationError(f"{key} is {quoted(reader)}; expected a reader with token_indexers")
    return reader


def _of_jsonl(reader: Values, unlabelled: bool) -> Values:
    """The reader of the written file, for the same model."""
    of_model = {key: deepcopy(reader[key]) for key in OF_MODEL if key in reader}
    return {"type": "jsonl_sentences", **of_model, **({"unlabelled": True} if unlabelled else {})}


def _are_texts(data: Any) -> bool:
    return isinstance(data, (list, tuple)) and all(isinstance(text, str) for text in data)


def _text_file(place: Path, name: str, texts: Sequence[str]) -> str:
    """The path of a file with a text in each line."""
    for row, text in enumerate(texts):
        if not text.strip() or len(text.strip().splitlines()) > 1:
            raise ConfigurationError(f"{name}, row {row}: {quoted(text)} is no sentence; expected a text of one line")
    make_folder(place)
    temporary = place / f"{name}.{os.getpid()}.part"
    write_text(temporary, "".join(f"{text.strip()}\n" for text in texts))
    return _named(temporary, "txt")


def _written(place: Path, name: str, data: Any, reader: Values, unlabelled: bool) -> str:
    """The path of the JSONL file with these sentences."""
    repair = reader.get("repair_tags") is True
    sentences = sentences_of(data, repair_tags=repair, unlabelled=unlabelled, name=name)
    make_folder(place)
    return _named(write_sentences(place / f"{name}.{os.getpid()}.part", sentences), "jsonl")


def _named(temporary: Path, suffix: str) -> str:
    """The path of a file after it was named by its content: the same sentences have the same file."""
    path = temporary.with_name(f"{file_digest(temporary)[:DIGITS]}.{suffix}")
    os.replace(temporary, path)
    return str(path)
