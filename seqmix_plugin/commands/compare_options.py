"""What the commands that compare runs have in common: options that are lists, files, and notes on what is left out."""

import os
from pathlib import Path
from typing import List, Optional, Sequence, Tuple

from seqmix_plugin.annotation_cost import AnnotationCost
from seqmix_plugin.console import show
from seqmix_plugin.errors import ConfigurationError, quoted
from seqmix_plugin.io.folder_guard import not_own
from seqmix_plugin.run.layout import OF_A_RUN, ROUNDS


def parsed_pairs(text: Optional[str], baseline: Optional[str]) -> List[Tuple[str, str]]:
    """The pairs of a list such as `nte_sub:nte,mnlp:random`."""
    if text is None:
        return []
    if baseline is not None:
        raise ConfigurationError("--baseline and --pairs exclude each other: both say what is compared")
    pairs = [tuple(part.strip() for part in pair.split(":")) for pair in text.split(",")]
    if any(len(pair) != 2 or not all(pair) or pair[0] == pair[1] for pair in pairs):
        raise ConfigurationError(
            f"--pairs is {quoted(text)}; expected pairs of different methods, such as nte_sub:nte,mnlp:random"
        )
    if len({frozenset(pair) for pair in pairs}) < len(pairs):
        raise ConfigurationError(f"--pairs is {quoted(text)}; expected every pair once")
    return [(first, second) for first, second in pairs]


def check_planned(planned: Optional[int], number: int) -> None:
    """Raises a `ConfigurationError` for fewer planned pairs than the number of those that are compared."""
    if planned is not None and planned < max(1, number):
        raise ConfigurationError(
            f"--planned is {planned}; expected at least {max(1, number)}, the pairs that are compared"
        )


def parsed_cost(text: Optional[str]) -> Optional[AnnotationCost]:
    """The seconds of a list such as `12.57,3.795,5.387`."""
    if text is None:
        return None
    try:
        seconds = [float(part) for part in text.split(",")]
    except ValueError:
        seconds = []
    if len(seconds) != 3 or not all(0 <= one < float("inf") for one in seconds) or not any(seconds):
        expected = "the seconds of a sentence, a token and an entity, such as 12.57,3.795,5.387"
        raise ConfigurationError(f"--annotation-cost is {quoted(text)}; expected {expected}")
    return AnnotationCost(*seconds)


def print_notes(what: str, notes: Sequence[str]) -> None:
    """Lines on places that are left out."""
    for note in notes:
        show(f"{what} {os.fsencode(note).decode('utf-8', errors='replace')}")  # names of files may be anything


def check_files(files: List[Path], paths: Sequence[str]) -> None:
    """Raises a `ConfigurationError` for files that cannot be written, or that belong to a run."""
    for file in files:
        if any(_leads_out(file, Path(path)) for path in paths):
            raise not_own(file)
        if (file.exists() and not file.is_file()) or not file.absolute().parent.is_dir():
            raise ConfigurationError(f"{file}: cannot be written to; expected a file's path in a folder that exists")
        if str(file) in paths or files.count(file) > 1:
            raise ConfigurationError(f"{file}: is given twice; every file needs a path of its own")
        real = Path(os.path.realpath(file))
        if real.name in OF_A_RUN and real.with_name(ROUNDS).exists():
            raise ConfigurationError(f"{file}: is a file of a run, which would be replaced; expected another path")


def _leads_out(file: Path, folder: Path) -> bool:
    """Whether a file that is named as one in a folder is a link to elsewhere: the folder may come from anybody."""
    place = Path(os.path.realpath(file.parent), file.name)
    home = Path(os.path.realpath(folder))
    return file.is_symlink() and place.is_relative_to(home) and not Path(os.path.realpath(file)).is_relative_to(home)
