"""`seqmix repeat`: one experiment with several seeds."""

import json
import re
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from allennlp.common.params import parse_overrides

from seqmix_plugin.commands.command import command
from seqmix_plugin.commands.seed_processes import FINISHED, Outcome, SeedRun, run_seeds
from seqmix_plugin.configuration.annotations import at
from seqmix_plugin.configuration.constructors import read_blocks
from seqmix_plugin.console import show
from seqmix_plugin.errors import ConfigurationError, first_line, quoted
from seqmix_plugin.io.folder_guard import make_folder
from seqmix_plugin.reporting.formatting import counted
from seqmix_plugin.reporting.statistics import SIGNIFICANCE, seeds_needed
from seqmix_plugin.run.reader import DONE, SEEDS, flattened, identity
from seqmix_plugin.run.run_record import read_record, write_record

PACKAGE = __name__.split(".")[0]
SEED_LIMIT = 2**32
"""NumPy's."""
MOST = 10_000
"""Seeds of one range."""


@command(
    "repeat",
    letters={"serialization_dir": "-s", "overrides": "-o"},
    interrupted="finished runs stay, and the same command resumes the others",
    exit_code=lambda outcomes: int(any(outcome.run is None for outcome in outcomes)),
)
def repeat(
    config: str,
    *,
    seeds: str,
    serialization_dir: str,
    overrides: str = "",
    workers: int = 1,
    vary_data: bool = False,
    records: Optional[str] = None,
    pairs: int = 1,
    include_package: Sequence[str] = (),
) -> List[Outcome]:
    """
    Train an active_learning configuration once per seed, and resume what an earlier call left unfinished.

    Each seed has a process of its own, which trains into `DIR/<seed>` and prints to `DIR/<seed>.log`. Finished runs of
    the same configuration are left as they are, and a run that died is resumed. Do not run `allennlp train` in these
    folders at the same time; only `repeat` itself is prevented from that. Prints a line as each run ends; a failure
    does not stop the others. Its first line is whether these seeds suffice for a statistically significant difference.

    Unless `OMP_NUM_THREADS` is set, the processes share the cores: each gets the number of cores divided by the number
    of workers. Another number of threads rounds differently, and hence may query other sentences: for the same runs
    again, keep `workers` or set `OMP_NUM_THREADS`. Workers share a GPU where there is one.

    # Parameters

    config : `str`
        A configuration of type `active_learning`.
    seeds : `str`
        The seeds, such as 1,2,3 or 1-5: values of `seed`, `random_seed`, `numpy_seed` and `pytorch_seed`.
    serialization_dir : `str`
        The folder of all runs; a run is written to its sub-folder SEED, its output to SEED.log.
    overrides : `str`, optional (default = `""`)
        A JSON object that overrides the configuration, as in `allennlp train`.
    workers : `int`, optional (default = `1`)
        The number of processes at a time; they share the cores.
    vary_data : `bool`, optional (default = `False`)
        Draw another slice of the training file with each seed, as `trainer.pool.data_seed`; by default all runs have
        the configuration's slice.
    records : `str`, optional (default = `None`)
        A folder in which to write CONFIG/SEED.json, a record without text, for each finished run.
    pairs : `int`, optional (default = `1`)
        The number of pairs of methods that are to be compared; more pairs need more seeds.
    include_package : `Sequence[str]`, optional (default = `()`)
        Other packages that the configuration needs.

    # Returns

    `List[Outcome]`
        In the order of the seeds.

    # Raises

    `ConfigurationError`
        Before anything is started: a configuration that cannot be repeated, a folder of another configuration.
    `KeyboardInterrupt`
        On Ctrl-C, SIGTERM or SIGHUP, when all processes have been ended.
    """
    if workers < 1:
        raise ConfigurationError(f"--workers is {workers}; expected 1 or more")
    if pairs < 1:
        raise ConfigurationError(f"--pairs is {pairs}; expected the number of pairs of methods, 1 or more")
    numbers = parse_seeds(seeds)
    given = _parsed(overrides)
    blocks = read_blocks(config, json.dumps(given))
    num_rounds = _num_rounds(config, blocks)
    trainer = blocks["trainer"] if vary_data else None
    runs, record_paths = [], {}
    for seed in numbers:
        changes = json.dumps(seed_overrides(given, seed, trainer))
        configuration = read_blocks(config, changes)
        folder = Path(serialization_dir) / str(seed)
        arguments = ["train", config, "-s", str(folder), "-o", changes]
        for package in dict.fromkeys((PACKAGE, *include_package)):
            arguments += ["--include-package", package]
        runs.append(SeedRun(seed, folder, configuration, arguments))
        if records is not None:
            record_paths[seed] = Path(records) / Path(config).stem / f"{seed}.json"
            _check_record(record_paths[seed], configuration)
    for folder in [Path(serialization_dir), *(path.parent for path in record_paths.values())]:
        make_folder(folder)
    for run in runs:
        run.check_folder()

    def keep(outcome: Outcome) -> None:
        if outcome.run is not None and outcome.seed in record_paths:
            write_record(outcome.run, record_paths[outcome.seed])

    show(seeds_suffice(len(runs), pairs))
    outcomes = run_seeds(runs, workers, len(runs) * (num_rounds + 1), keep)
    show(_summary(outcomes))
    return sorted(outcomes, key=lambda outcome: numbers.index(outcome.seed))


def parse_seeds(text: str) -> List[int]:
    """The seeds of a list such as `1,2,5-7`; a `ConfigurationError` for anything else."""
    seeds: List[int] = []
    for part in text.split(","):
        ends = re.fullmatch(r"\s*(\d{1,10})\s*(?:-\s*(\d{1,10})\s*)?", part, re.ASCII)
        first, last = (int(ends[1]), int(ends[2] or ends[1])) if ends else (1, 0)
        in_range = first <= last < min(SEED_LIMIT, first + MOST)
        if not in_range or not set(seeds).isdisjoint(range(first, last + 1)):
            raise ConfigurationError(
                f"--seeds is {quoted(text)}; expected distinct integers from 0 to 2^32 - 1, such as 1,2,3 or 1-5"
            )
        seeds += range(first, last + 1)
    return seeds


def seed_overrides(overrides: Dict[str, Any], seed: int, trainer: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
    """The overrides of one run: the user's, and the seeds, also that of the slice in the block `trainer`, if given."""
    for key in SEEDS:
        if key in overrides:
            raise ConfigurationError(f"--overrides has {key!r}, which 'repeat' sets itself: use --seeds")
    if trainer is not None:
        if "trainer.pool.data_seed" in flattened(overrides):
            raise ConfigurationError(
                "--overrides has 'trainer.pool.data_seed', which --vary-data sets itself: leave one out"
            )
        overrides = {key: value for key, value in overrides.items() if key.split(".")[0] != "trainer"}
        overrides["trainer"] = {**trainer, "pool": {**trainer.get("pool", {}), "data_seed": seed}}
    return {**overrides, **dict.fromkeys(SEEDS, seed)}


def seeds_suffice(num_seeds: int, num_pairs: int) -> str:
    """Whether a sign-flip test of so many seeds can be significant after Holm's correction for so many pairs."""
    one, all_pairs = seeds_needed(1), seeds_needed(num_pairs)
    needs = f"one pair of methods needs {one} seeds" + (f", {num_pairs} pairs {all_pairs}" if num_pairs > 1 else "")
    can = "a" if num_seeds >= all_pairs else "no"
    return f"with {counted(num_seeds, 'seed')} {can} difference can be significant at {SIGNIFICANCE}: {needs}"


def _summary(outcomes: Sequence[Outcome]) -> str:
    """The last line that the terminal shows."""
    states = [outcome.state for outcome in outcomes]
    missing = [f"seed {outcome.seed} ({outcome.reason})" for outcome in outcomes if outcome.run is None]
    line = f"{states.count(FINISHED)} finished, {states.count(DONE)} skipped (done before), "
    return line + f"{len(missing)} not done" + (f": {', '.join(missing)}" if missing else "")


def _parsed(overrides: str) -> Dict[str, Any]:
    try:
        parsed = parse_overrides(overrides)
    except (RuntimeError, ValueError) as error:  # RuntimeError is Jsonnet's
        raise ConfigurationError(f"--overrides is {quoted(overrides)}: {first_line(error)}") from error
    if not isinstance(parsed, dict):
        raise ConfigurationError(f"--overrides is {quoted(overrides)}; expected a JSON object")
    return parsed


def _num_rounds(config: str, blocks: Dict[str, Any]) -> int:
    """`trainer.num_rounds` of a configuration that can be repeated."""
    if blocks.get("type") != "active_learning":
        raise ConfigurationError(f"{config}: type is {blocks.get('type')!r}; 'repeat' needs 'active_learning'")
    num_rounds = at(blocks, "trainer.num_rounds")
    if not isinstance(num_rounds, int) or isinstance(num_rounds, bool) or num_rounds < 0:
        raise ConfigurationError(f"{config}: trainer.num_rounds is {num_rounds!r}; expected 0 or more")
    return num_rounds


def _check_record(path: Path, configuration: Dict[str, Any]) -> None:
    """Raises a `ConfigurationError` when a file is there that is not the record of this run."""
    if path.exists():
        kept = read_record(path)
        if (kept.configuration_hash, kept.seed, kept.data_seed) != identity(configuration):
            raise ConfigurationError(f"{path} is the record of another run; choose another folder (--records)")
