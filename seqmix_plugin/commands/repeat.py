"""`allennlp repeat`: one experiment with several seeds."""

import argparse
import json
import os
import re
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from allennlp.commands.subcommand import Subcommand
from allennlp.common.checks import ConfigurationError
from allennlp.common.params import parse_overrides

from seqmix_plugin.commands.building import read_blocks
from seqmix_plugin.commands.job import FINISHED, Job, Outcome
from seqmix_plugin.commands.processes import run_jobs
from seqmix_plugin.commands.terminal import quiet_terminal, show
from seqmix_plugin.errors import first_line, shortened
from seqmix_plugin.run.reader import SEEDS
from seqmix_plugin.run.record_file import read_record, write_record
from seqmix_plugin.run.run_state import DONE, identity

PACKAGE = __name__.split(".")[0]
SEED_LIMIT = 2**32
"""NumPy's."""
MOST = 10_000
"""Seeds of one range."""


@Subcommand.register("repeat")
class RepeatCommand(Subcommand):
    """
    `allennlp repeat CONFIG --seeds 1-5 -s DIR`: trains a configuration once per seed. See `repeat`.

    Registered as a `Subcommand` with name "repeat".
    """

    def add_subparser(self, parser: argparse._SubParsersAction) -> argparse.ArgumentParser:
        subparser = parser.add_parser(
            self.name,
            description="Train an active_learning configuration once per seed, and go on where an earlier call ended.",
            help="Train a configuration once per seed.",
        )
        add = subparser.add_argument
        add("config", type=str, help="configuration of type active_learning")
        add("--seeds", type=str, required=True, help="such as 1,2,3 or 1-5")
        add("-s", "--serialization-dir", type=str, required=True, help="a run goes to DIR/SEED, its output to SEED.log")
        add("-o", "--overrides", type=str, default="", help="a JSON structure that overrides the configuration")
        add("--workers", type=int, default=1, help="processes at a time; the cores are shared among them")
        add("--vary-data", action="store_true", help="draw another slice of the training file with each seed")
        add("--records", type=str, help="write RECORDS/CONFIG/SEED.json, a record without text, of each finished run")
        subparser.set_defaults(func=_repeat_from_args)
        return subparser


def _repeat_from_args(args: argparse.Namespace) -> None:
    with quiet_terminal("what is finished stays, and the same command goes on with the rest"):
        outcomes = repeat(
            args.config,
            parse_seeds(args.seeds),
            args.serialization_dir,
            overrides=args.overrides,
            workers=args.workers,
            vary_data=args.vary_data,
            records=args.records,
            include_package=args.include_package,
        )
        show(_summary(outcomes))
    if any(outcome.run is None for outcome in outcomes):
        sys.exit(1)


def repeat(
    config: str,
    seeds: Sequence[int],
    serialization_dir: str,
    overrides: str = "",
    workers: int = 1,
    vary_data: bool = False,
    records: Optional[str] = None,
    include_package: Sequence[str] = (),
) -> List[Outcome]:
    """
    Trains a configuration once per seed, each in a process of its own, into `DIR/<seed>`; what the process prints goes
    to `DIR/<seed>.log`. Finished runs of the same configuration are left as they are, and one that died goes on where
    it ended: do not run `allennlp train` into these folders at the same time, which only `repeat` itself is kept
    from. Prints a line as each run ends; a failure does not stop the others.

    Unless `OMP_NUM_THREADS` is set, a process gets its share of the cores: all cores by the number of workers. Another
    number of threads rounds differently, and hence may query other sentences: to get the same runs again, keep
    `workers` or set `OMP_NUM_THREADS`. Workers share a GPU where there is one.

    # Parameters

    config : `str`
        A configuration of type `active_learning`.
    seeds : `Sequence[int]`
        The keys `seed`, `random_seed`, `numpy_seed` and `pytorch_seed` of a run.
    serialization_dir : `str`
        DIR.
    overrides : `str`, optional (default = `""`)
        JSON, as AllenNLP's.
    workers : `int`, optional (default = `1`)
        Processes at a time.
    vary_data : `bool`, optional (default = `False`)
        Set `trainer.data_seed` to the seed too; by default all runs work with the configuration's slice.
    records : `str`, optional (default = `None`)
        A folder; `<records>/<config's name>/<seed>.json` is then the record of each finished run, which has no text.
    include_package : `Sequence[str]`, optional (default = `()`)
        Other packages that the configuration needs.

    # Returns

    `List[Outcome]`
        In the order of `seeds`.

    # Raises

    `ConfigurationError`
        Before anything is started: a configuration that cannot be repeated, a folder of another configuration.
    `KeyboardInterrupt`
        On Ctrl-C, SIGTERM or SIGHUP, when all processes have been ended.
    """
    _check_numbers(seeds, workers)
    num_rounds = _num_rounds(config, read_blocks(config, json.dumps(_parsed(overrides))))
    jobs, record_paths = [], {}
    for seed in seeds:
        changes = json.dumps(seed_overrides(_parsed(overrides), seed, vary_data))
        configuration = read_blocks(config, changes)
        folder = Path(serialization_dir) / str(seed)
        arguments = ["train", config, "-s", str(folder), "--file-friendly-logging", "-o", changes]
        for package in dict.fromkeys((PACKAGE, *include_package)):
            arguments += ["--include-package", package]
        jobs.append(Job(seed, folder, configuration, arguments))
        if records is not None:
            record_paths[seed] = Path(records) / Path(config).stem / f"{seed}.json"
            _check_record(record_paths[seed], configuration)
    for folder in [Path(serialization_dir), *(path.parent for path in record_paths.values())]:
        _make(folder)
    for job in jobs:
        job.state  # noqa: B018  raises where something else is in the way

    def keep(outcome: Outcome) -> None:
        if outcome.run is not None and outcome.seed in record_paths:
            write_record(outcome.run, record_paths[outcome.seed])

    outcomes = run_jobs(jobs, workers, len(jobs) * (num_rounds + 1), keep)
    return sorted(outcomes, key=lambda outcome: list(seeds).index(outcome.seed))


def parse_seeds(text: str) -> List[int]:
    """The seeds of a list such as `1,2,5-7`; anything else is a `ConfigurationError`."""
    seeds: List[int] = []
    for part in text.split(","):
        ends = re.fullmatch(r"\s*(\d{1,10})\s*(?:-\s*(\d{1,10})\s*)?", part, re.ASCII)
        first, last = (int(ends[1]), int(ends[2] or ends[1])) if ends else (1, 0)
        if not first <= last < min(SEED_LIMIT, first + MOST):
            raise ConfigurationError(
                f"--seeds is {shortened(repr(text))}; expected distinct integers from 0 to 2^32 - 1, such as 1,2,3 or "
                f"1-5"
            )
        seeds += range(first, last + 1)
    return seeds


def seed_overrides(overrides: Dict[str, Any], seed: int, vary_data: bool) -> Dict[str, Any]:
    """The overrides of one run: the user's, and the seeds."""
    trainer = overrides.get("trainer")
    for key in SEEDS:
        if key in overrides:
            raise ConfigurationError(f"--overrides has {key!r}, which 'repeat' sets itself: use --seeds")
    if not vary_data:
        data: Dict[str, Any] = {}
    elif "trainer.data_seed" in overrides or (isinstance(trainer, dict) and "data_seed" in trainer):
        raise ConfigurationError("--overrides has 'trainer.data_seed', which --vary-data sets itself: leave one out")
    elif isinstance(trainer, dict):  # AllenNLP takes the whole block or keys of it, not both
        data = {"trainer": {**trainer, "data_seed": seed}}
    else:
        data = {"trainer.data_seed": seed}
    return {**overrides, **data, **dict.fromkeys(SEEDS, seed)}


def _summary(outcomes: Sequence[Outcome]) -> str:
    """What the terminal shows at the end."""
    states = [outcome.state for outcome in outcomes]
    missing = [f"seed {outcome.seed} ({outcome.reason})" for outcome in outcomes if outcome.run is None]
    line = f"{states.count(FINISHED)} finished, {states.count(DONE)} skipped (done before), "
    return line + f"{len(missing)} not done" + (f": {', '.join(missing)}" if missing else "")


def _check_numbers(seeds: Sequence[int], workers: int) -> None:
    """Raises a `ConfigurationError` for seeds or a number of workers that mean nothing."""
    fine = all(isinstance(seed, int) and 0 <= seed < SEED_LIMIT for seed in seeds)
    if not seeds or not fine or len(set(seeds)) < len(seeds):
        raise ConfigurationError(
            f"--seeds is {shortened(repr(list(seeds)))}; expected distinct integers from 0 to 2^32 - 1"
        )
    if workers < 1:
        raise ConfigurationError(f"--workers is {workers}; expected 1 or more")


def _parsed(overrides: str) -> Dict[str, Any]:
    try:
        parsed = parse_overrides(overrides)
    except (RuntimeError, ValueError) as error:  # RuntimeError is Jsonnet's
        raise ConfigurationError(f"--overrides is {shortened(repr(overrides))}: {first_line(error)}") from error
    if not isinstance(parsed, dict):
        raise ConfigurationError(f"--overrides is {shortened(repr(overrides))}; expected a JSON object")
    return parsed


def _num_rounds(config: str, blocks: Dict[str, Any]) -> int:
    """`trainer.num_rounds` of a configuration that can be repeated."""
    if blocks.get("type") != "active_learning":
        raise ConfigurationError(f"{config}: type is {blocks.get('type')!r}; 'repeat' needs 'active_learning'")
    trainer = blocks.get("trainer")
    num_rounds = trainer.get("num_rounds") if isinstance(trainer, dict) else None
    if not isinstance(num_rounds, int) or isinstance(num_rounds, bool) or num_rounds < 0:
        raise ConfigurationError(f"{config}: trainer.num_rounds is {num_rounds!r}; expected 0 or more")
    return num_rounds


def _check_record(path: Path, configuration: Dict[str, Any]) -> None:
    """Raises a `ConfigurationError` when a file is there that is not the record of this run."""
    if path.exists():
        kept = read_record(path)
        if (kept.configuration_hash, kept.seed, kept.data_seed) != identity(configuration):
            raise ConfigurationError(f"{path} is the record of another run; take another folder (--records)")


def _make(folder: Path) -> None:
    """Makes a folder that can be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"{folder}: no folder to write to ({first_line(error)})") from error
    if not os.access(folder, os.W_OK):
        raise ConfigurationError(f"{folder}: no folder to write to")
