"""Splits of Hugging Face data sets, by name or from a folder."""

import os
import re
from pathlib import Path
from typing import Any, Dict, Mapping, NamedTuple, Optional

from seqmix_plugin.errors import ConfigurationError, first_line

FORM = "NAME:SPLIT or NAME:CONFIGURATION:SPLIT, where NAME is a data set on the Hugging Face hub or a folder"
SAVED = ("dataset_dict.json", "state.json")
"""Files of a folder that `save_to_disk` has written: of several splits, and of one."""
_PATH = re.compile(r"([^:]+):(?:([^:\[\]]+):)?((?:[^:\[\]]|\[[^\]]*\])+)")
_ON_HUB = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)


class SplitPath(NamedTuple):
    """The parts of `NAME:SPLIT` or `NAME:CONFIGURATION:SPLIT`; a split may have a slice, such as `train[:80%]`."""

    name: str
    configuration: Optional[str]
    split: str


def split_path(path: str) -> SplitPath:
    """The parts of a path; a `ConfigurationError` when it is none."""
    found = None if "://" in path else _PATH.fullmatch(path)
    if found is None:
        raise ConfigurationError(f"{path}: no split of a data set; expected {FORM}")
    return SplitPath(*found.groups())


def load_split(path: str, revision: Optional[str] = None) -> Any:
    """
    Loads a split, memory-mapped.

    # Parameters

    path : `str`
        `NAME:SPLIT` or `NAME:CONFIGURATION:SPLIT`. The name is a folder that `save_to_disk` has written, a folder of
        files that `datasets.load_dataset` reads, or a data set on the hub.
    revision : `str`, optional (default = `None`)
        The branch, tag or commit on the hub.

    # Returns

    `datasets.Dataset`

    # Raises

    `ConfigurationError`
        In one line: what cannot be loaded and why, or the splits that there are.
    """
    import datasets

    name, configuration, split = split_path(path)
    folder = Path(name).expanduser()
    if not folder.is_dir() and not _ON_HUB.fullmatch(name):
        raise ConfigurationError(f"{path}: there is no folder {name}")
    had_bars = not datasets.are_progress_bars_disabled()
    datasets.disable_progress_bars()
    try:
        splits = _splits(name, folder, configuration, revision)
        return _part(splits, split)
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {error}") from error
    except Exception as error:  # each kind of file and the hub have errors of their own
        place = "cannot be read" if folder.is_dir() else f"there is no folder {name}, and it cannot be loaded by name"
        raise ConfigurationError(f"{path}: {place} ({first_line(error)})") from error
    finally:
        if had_bars:
            datasets.enable_progress_bars()


def _splits(name: str, folder: Path, configuration: Optional[str], revision: Optional[str]) -> Mapping[str, Any]:
    """All splits of a data set, by their names."""
    import datasets

    if any((folder / file).is_file() for file in SAVED):
        if configuration is not None:
            raise ConfigurationError(
                f"the folder has no configurations, such as {configuration!r}; expected NAME:SPLIT"
            )
        saved = datasets.load_from_disk(str(folder))
        return saved if isinstance(saved, datasets.DatasetDict) else {str(saved.split or "train"): saved}
    place = str(folder) if folder.is_dir() else name
    if folder.is_dir() and os.sep not in place:
        place = os.path.join(os.curdir, place)
    return datasets.load_dataset(place, configuration, revision=revision)


def _part(splits: Mapping[str, Any], wanted: str) -> Any:
    """A split, or what slices of splits name, such as `train[:80%]`."""
    import datasets

    sizes: Dict[str, int] = {name: len(split) for name, split in splits.items()}
    unknown = [name for name in re.findall(r"(?:^|\+)\s*([\w.-]+)", wanted) if name not in sizes]
    if unknown:
        raise ConfigurationError(f"there is no split {unknown[0]!r}; the splits are {', '.join(map(str, sizes))}")
    if wanted in splits:
        return splits[wanted]
    parts = datasets.ReadInstruction.from_spec(wanted).to_absolute(sizes)
    return datasets.concatenate_datasets([splits[part.splitname].select(range(part.from_, part.to)) for part in parts])
