"""What is to be run: configurations and seeds, with their folders and records."""

import json
import re
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

from allennlp.common.params import parse_overrides

from seqmix_plugin.configuration.annotations import at
from seqmix_plugin.configuration.constructors import read_blocks
from seqmix_plugin.errors import ConfigurationError, first_line, quoted
from seqmix_plugin.io.folder_guard import make_folder
from seqmix_plugin.many_runs.outcome import Outcome
from seqmix_plugin.many_runs.planned_run import PlannedRun
from seqmix_plugin.run.reader import SEEDS, flattened, identity
from seqmix_plugin.run.run_record import read_record, write_record

PACKAGE = __name__.split(".")[0]
SEED_LIMIT = 2**32
"""NumPy's."""
MOST = 10_000
"""Seeds of one range."""


class RunPlan:
    """
    The runs of some configurations and seeds. Nothing is written before `prepare`.

    # Parameters

    include_package : `Sequence[str]`
        Other packages that the configurations need.
    """

    def __init__(self, include_package: Sequence[str]) -> None:
        self.runs: List[PlannedRun] = []
        self._packages = list(dict.fromkeys((PACKAGE, *include_package)))
        self._records: Dict[Tuple[str, int], Path] = {}

    @property
    def total_rounds(self) -> int:
        """The rounds of all runs together."""
        return sum(run.num_rounds for run in self.runs)

    def add(
        self,
        config: str,
        overrides: Dict[str, Any],
        seeds: Sequence[int],
        folder: Path,
        records: Optional[Path],
        vary_data: bool,
        name: str = "",
    ) -> None:
        """
        Adds a configuration with its seeds.

        # Parameters

        config : `str`
            The file of the configuration.
        overrides : `Dict[str, Any]`
            What overrides it.
        seeds : `Sequence[int]`
            The seeds.
        folder : `Path`
            The folder of its runs, each of which is written to the sub-folder of its seed.
        records : `Path`, optional
            The folder of its records, if any are wanted.
        vary_data : `bool`
            Whether another slice is drawn with each seed.
        name : `str`, optional (default = `""`)
            How lines of the terminal name it, beside its seed.

        # Raises

        `ConfigurationError`
            When it cannot be repeated, or a record is that of another run.
        """
        blocks = read_blocks(config, json.dumps(overrides))
        _check_rounds(config, blocks, "sweep" if name else "repeat")
        trainer = blocks["trainer"] if vary_data else None
        for seed in seeds:
            changes = json.dumps(
                seed_overrides(overrides, seed, trainer, f"{name}: overrides" if name else "--overrides")
            )
            configuration = read_blocks(config, changes)
            arguments = ["train", config, "-s", str(folder / str(seed)), "-o", changes]
            for package in self._packages:
                arguments += ["--include-package", package]
            self.runs.append(PlannedRun(seed, folder / str(seed), configuration, arguments, name))
            if records is not None:
                self._records[name, seed] = records / f"{seed}.json"
                _check_record(records / f"{seed}.json", configuration)

    def prepare(self, folder: Path) -> None:
        """Makes the folders of runs and records, and checks what is in them; `folder` is that of all runs."""
        parents = [folder, *(run.folder.parent for run in self.runs), *(path.parent for path in self._records.values())]
        for parent in dict.fromkeys(parents):
            make_folder(parent)
        for run in self.runs:
            run.check_folder()

    def keep(self, outcome: Outcome) -> None:
        """Writes the record of a finished run, if it is wanted."""
        path = self._records.get((outcome.name, outcome.seed))
        if outcome.run is not None and path is not None:
            write_record(outcome.run, path)


def parse_seeds(text: str, key: str = "--seeds") -> List[int]:
    """The seeds of a list such as `1,2,5-7`; a `ConfigurationError`, which begins with the key, for anything else."""
    seeds: List[int] = []
    for part in text.split(","):
        ends = re.fullmatch(r"\s*(\d{1,10})\s*(?:-\s*(\d{1,10})\s*)?", part, re.ASCII)
        first, last = (int(ends[1]), int(ends[2] or ends[1])) if ends else (1, 0)
        in_range = first <= last < min(SEED_LIMIT, first + MOST)
        if not in_range or not set(seeds).isdisjoint(range(first, last + 1)):
            raise ConfigurationError(
                f"{key} is {quoted(text)}; expected distinct integers from 0 to 2^32 - 1, such as 1,2,3 or 1-5"
            )
        seeds += range(first, last + 1)
    return seeds


def seed_overrides(
    overrides: Dict[str, Any], seed: int, trainer: Optional[Dict[str, Any]] = None, where: str = "--overrides"
) -> Dict[str, Any]:
    """
    The overrides of one run: the user's, and the seeds, also that of the slice in the block `trainer`, if given.
    `where` the user's are begins the messages of errors.
    """
    for key in SEEDS:
        if key in overrides:
            raise ConfigurationError(f"{where} has {key!r}, which 'repeat' sets itself: use --seeds")
    if trainer is not None:
        if "trainer.pool.data_seed" in flattened(overrides):
            raise ConfigurationError(
                f"{where} has 'trainer.pool.data_seed', which --vary-data sets itself: leave one out"
            )
        overrides = {key: value for key, value in overrides.items() if key.split(".")[0] != "trainer"}
        overrides["trainer"] = {**trainer, "pool": {**(trainer.get("pool") or {}), "data_seed": seed}}
    return {**overrides, **dict.fromkeys(SEEDS, seed)}


def parsed_overrides(overrides: str) -> Dict[str, Any]:
    """The object of `--overrides`; a `ConfigurationError` for anything else."""
    try:
        parsed = parse_overrides(overrides)
    except (RuntimeError, ValueError) as error:  # RuntimeError is Jsonnet's
        raise ConfigurationError(f"--overrides is {quoted(overrides)}: {first_line(error)}") from error
    if not isinstance(parsed, dict):
        raise ConfigurationError(f"--overrides is {quoted(overrides)}; expected a JSON object")
    return parsed


def _check_rounds(config: str, blocks: Dict[str, Any], command: str) -> None:
    """Raises a `ConfigurationError` for a configuration that cannot be repeated."""
    if blocks.get("type") != "active_learning":
        raise ConfigurationError(f"{config}: type is {blocks.get('type')!r}; {command!r} needs 'active_learning'")
    num_rounds = at(blocks, "trainer.num_rounds")
    if not isinstance(num_rounds, int) or isinstance(num_rounds, bool) or num_rounds < 0:
        raise ConfigurationError(f"{config}: trainer.num_rounds is {num_rounds!r}; expected 0 or more")


def _check_record(path: Path, configuration: Dict[str, Any]) -> None:
    """Raises a `ConfigurationError` when a file is there that is not the record of this run."""
    if path.exists():
        kept = read_record(path)
        if (kept.configuration_hash, kept.seed, kept.data_seed) != identity(configuration):
            raise ConfigurationError(f"{path} is the record of another run; choose another folder (--records)")
