"""Files of weights, `best.th` and those of a committee, that are consistent with the state of a round."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Dict, Iterable, Optional

import torch

from seqmix_plugin.errors import ConfigurationError
from seqmix_plugin.io.atomic import TEMPORARY, disk_errors, file_digest, settle
from seqmix_plugin.io.folder_guard import move, open_own, remove
from seqmix_plugin.run.layout import state_files
from seqmix_plugin.run.round_state import RoundState


class Weights:
    """
    A file of weights that is replaced in two steps: `stage` writes the new ones beside it and returns their digest,
    which is then written to the state of the round; `settle` renames them. Whenever a run is killed, one of the two
    files is the one that the state names.

    # Parameters

    path : `Path`
        The file.
    writer : `object`, optional (default = `""`)
        Part of the name of the temporary file; it differs between processes that may write the file at the same time.
    """

    def __init__(self, path: Path, writer: object = "") -> None:
        self.path = path
        self._staged = path.with_name(f"{path.name}{writer}{TEMPORARY}")

    def stage(self, model: torch.nn.Module) -> str:
        """Writes the weights of a model; the digest of the file is returned."""
        with disk_errors(self.path):
            remove(self._staged)
            try:
                with open_own(self._staged, "xb") as file:
                    torch.save(model.state_dict(), file)
                    file.flush()
                    os.fsync(file.fileno())
            except BaseException:
                with suppress(ConfigurationError, OSError):
                    remove(self._staged)
                raise
        return file_digest(self._staged)

    def settle(self) -> None:
        """Replaces the file by the staged one."""
        with disk_errors(self.path):
            settle(self._staged, self.path)

    def write(self, model: torch.nn.Module) -> None:
        """Replaces the file by the weights of a model, in both steps at once."""
        self.stage(model)
        self.settle()

    def recover(self, digest: str, copies: Iterable[Path] = ()) -> bool:
        """
        Whether there are weights with this digest; they are then in the file.

        # Parameters

        digest : `str`
            The digest that `stage` returned.
        copies : `Iterable[Path]`, optional (default = `()`)
            Other files that may hold the same.
        """
        if not _is(self.path, digest):
            if _is(self._staged, digest):
                self.settle()
            else:
                copy = next((path for path in copies if _is(path, digest)), None)
                if copy is None:
                    return False
                move(copy, self.path)
        remove(self._staged)
        return True

    def load(self) -> Dict[str, Any]:
        """The weights, on the CPU; nothing else in the file is executed."""
        weights: Dict[str, Any] = torch.load(self.path, map_location="cpu", weights_only=True)
        return weights


def _is(path: Path, digest: str) -> bool:
    return path.is_file() and file_digest(path) == digest


def weights_damage(folder: Path, weights: Path) -> Optional[str]:
    """
    Describes the damage to the weights in a run's folder, for a program that only reads them; `None` when they are
    intact, or cannot be verified, as in an archive or where the newest state is damaged. The run may be in progress.

    # Parameters

    folder : `Path`
        The run's.
    weights : `Path`
        The file.
    """
    newest = None
    for _ in range(2):  # a run replaces them a moment after it has written its state
        newest = _newest_weights(folder)
        if newest is None:
            return None
        staged = weights.with_name(f"{weights.name}{TEMPORARY}")
        if any(path.is_file() and file_digest(path) == newest.weights for path in (weights, staged)):
            return None
    return None if newest is None else f"{weights} does not hold the weights after round {newest.round}"


def _newest_weights(folder: Path) -> Optional[RoundState]:
    """The state of the last round of which there are weights; `None` when that is not known."""
    for k, path in sorted(state_files(folder).items(), reverse=True):
        try:
            state = RoundState.read(path, k) if path.is_file() else None
        except (OSError, ValueError, ConfigurationError):  # the run itself will say so
            return None
        if state is None or state.weights is not None:
            return state
    return None
