"""The files and folders that a configuration names: relative paths are those of its own folder, if they exist there."""

import os
from pathlib import Path
from typing import Any, Dict, Iterator, Optional, Tuple

from seqmix_plugin.errors import ConfigurationError

DATA_FILES = ("train_data_path", "validation_data_path", "test_data_path", "seed_data_path", "text_path", "labels_path")
OTHER_FILES = ("archive_file", "override_weights_file", "pretrained_file", "weights_file_path")
FOLDERS = {"directory": "non_padded_namespaces.txt", "model_name": "config.json"}
"""Keys of folders, each with a file that such a folder has; another folder may have the name of a model on a hub."""


def with_own_paths(values: Any, folder: str) -> Any:
    """
    The values of a configuration that is in `folder`. A relative path that exists there, not only in the working
    directory, is replaced by its path from the working directory.
    """
    if isinstance(values, list):
        return [with_own_paths(value, folder) for value in values]
    if not isinstance(values, dict):
        return values
    named = {key: _own(key, value, folder) for key, value in values.items()}
    return {key: with_own_paths(value, folder) for key, value in named.items()}


def check_data_files(values: Dict[str, Any], folder: Optional[str]) -> None:
    """
    Raises a `ConfigurationError` for a data file that is neither in `folder`, that of the configuration, nor in the
    working directory. Does nothing without a folder: the configuration was then not read from a file.
    """
    for key, path in _data_files(values) if folder is not None else ():
        if _is_relative(path) and not os.path.exists(path) and not _is_split(values, key):
            raise ConfigurationError(
                f"{key} is {path!r}; there is no such file in {os.path.abspath(str(folder))}, the folder of the "
                f"configuration, or in {os.getcwd()}, the working directory"
            )


def _own(key: str, value: Any, folder: str) -> Any:
    """A value, or a list of values, with the path in the folder in the place of one that exists there."""
    if isinstance(value, list):
        return [_own(key, one, folder) for one in value]
    if not isinstance(value, str) or not _is_relative(value):
        return value
    place = Path(os.path.relpath(os.path.realpath(folder), os.path.realpath(os.curdir)), value)
    is_file = key in DATA_FILES + OTHER_FILES and place.is_file()
    is_folder = key in FOLDERS and (place / FOLDERS[key]).is_file()
    is_split = key in DATA_FILES and ":" in value and Path(str(place).split(":")[0]).is_dir()
    return str(place) if is_file or is_folder or is_split else value


def _is_split(values: Dict[str, Any], key: str) -> bool:
    """Whether the value of a key names a split of a data set, which its reader looks for."""
    readers = [values.get(name) for name in ("validation_dataset_reader", "dataset_reader")]
    reader = readers[1] if key == "train_data_path" else readers[0] or readers[1]
    return "." not in key and isinstance(reader, dict) and reader.get("type") == "hf_dataset"


def _is_relative(path: str) -> bool:
    return bool(path) and "://" not in path and not path.startswith("~") and not os.path.isabs(path)


def _data_files(values: Any, prefix: str = "") -> Iterator[Tuple[str, str]]:
    """The data files with their dotted keys."""
    for key, value in values.items() if isinstance(values, dict) else ():
        if key in DATA_FILES and isinstance(value, str):
            yield prefix + key, value
        yield from _data_files(value, f"{prefix}{key}.")
