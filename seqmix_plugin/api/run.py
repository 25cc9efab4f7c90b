"""A run in its folder, for Python and notebooks."""

import os
from pathlib import Path
from typing import Any, Dict, List, Union

from seqmix_plugin.run.reader import read_run


class Run:
    """
    A run of active learning: what its folder holds, read anew each time, so that an unfinished run can be watched.

    # Parameters

    folder : `Union[str, os.PathLike[str]]`
        The run's folder, as `train` or `seqmix train` has filled it.

    # Raises

    `ConfigurationError`
        When the folder holds no run.
    """

    def __init__(self, folder: Union[str, "os.PathLike[str]"]) -> None:
        self.folder = Path(folder)
        read_run(self.folder)

    @property
    def finished(self) -> bool:
        """Whether all rounds are there, or a stopping criterion has ended the run."""
        return read_run(self.folder).finished

    @property
    def rounds(self) -> List[Dict[str, Any]]:
        """The records of the rounds, the lines of `rounds.jsonl`."""
        return list(read_run(self.folder).rounds)
