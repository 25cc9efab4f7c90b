"""A run that goes on must find the files that it began with."""

import json
from pathlib import Path
from typing import Dict, Optional

from allennlp.common.checks import ConfigurationError
from allennlp.common.file_utils import cached_path

from seqmix_plugin.atomic_files import disk_errors, file_digest, write_text
from seqmix_plugin.ranks import from_primary
from seqmix_plugin.run_files import STATE

FILE = "data.json"


def check_data(folder: Path, paths: Dict[str, Optional[str]]) -> None:
    """
    Notes the digests of a run's data files or, when it goes on, compares them with what was noted.

    # Parameters

    folder : `Path`
        The run's.
    paths : `Dict[str, Optional[str]]`
        The files by their keys in the configuration; each has been read already.

    # Raises

    `ConfigurationError`
        When a file has changed since the run began.
    """
    from_primary(lambda: _check(folder / STATE / FILE, paths))


def _check(noted: Path, paths: Dict[str, Optional[str]]) -> None:
    digests = {key: file_digest(Path(cached_path(path))) for key, path in paths.items() if path is not None}
    before = _read(noted)
    for key, digest in digests.items():
        if before.get(key, digest) != digest:
            raise ConfigurationError(
                f"{key}: {paths[key]} has changed since the run in {noted.parent.parent} began; bring the old file "
                f"back, or begin anew with --force"
            )
    if before != digests:
        with disk_errors(noted.parent):
            noted.parent.mkdir(parents=True, exist_ok=True)
        write_text(noted, json.dumps(digests, indent=2) + "\n")


def _read(noted: Path) -> Dict[str, str]:
    """What was noted; nothing when the run begins, or when that file is damaged."""
    try:
        before = json.loads(noted.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return before if isinstance(before, dict) else {}
